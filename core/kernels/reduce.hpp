// Reductions over some axes, and their counterpart, spreading over them.
#pragma once

#include <algorithm>
#include <array>

#include <tapedeck/core/kernels/map.hpp>
#include <tapedeck/core/kernels/strides.hpp>

namespace tapedeck::kernels {

/// out = sum of f(in[...]...) over the axes in which `out_shape` has size 1 and `shape` has not. Each input
/// has its own shape, which broadcasts to `shape`.
template <class T, std::size_t N, class F>
void reduce(const Shape& shape, T* out, const Shape& out_shape, F f, const std::array<const T*, N>& in,
            const std::array<const Shape*, N>& in_shapes) {
    std::fill_n(out, elements(out_shape), T(0));
    if (elements(shape) == 0) return;
    std::array<const Shape*, N + 1> shapes;
    std::copy(in_shapes.begin(), in_shapes.end(), shapes.begin());
    shapes[N] = &out_shape;
    const Walk<N + 1> walk(shape, shapes);
    walk.each_run([&](const std::array<std::size_t, N + 1>& offset) {
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            if (walk.still(N))
                out[offset[N]] += map_sum<T>(walk.run(), f, Stream<T>{in[K] + offset[K], walk.still(K)}...);
            else
                map<true>(walk.run(), out + offset[N], f, Stream<T>{in[K] + offset[K], walk.still(K)}...);
        }
        (std::make_index_sequence<N>());
    });
}

/// out = f(in[...]...), or out += with `add`, over `shape`, to which each input's shape broadcasts.
template <class T, std::size_t N, class F>
void spread(const Shape& shape, T* out, bool add, F f, const std::array<const T*, N>& in,
            const std::array<const Shape*, N>& in_shapes) {
    if (elements(shape) == 0) return;
    std::array<const Shape*, N + 1> shapes;
    std::copy(in_shapes.begin(), in_shapes.end(), shapes.begin());
    shapes[N] = &shape;
    const Walk<N + 1> walk(shape, shapes);
    walk.each_run([&](const std::array<std::size_t, N + 1>& offset) {
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            if (add)
                map<true>(walk.run(), out + offset[N], f, Stream<T>{in[K] + offset[K], walk.still(K)}...);
            else
                map<false>(walk.run(), out + offset[N], f, Stream<T>{in[K] + offset[K], walk.still(K)}...);
        }
        (std::make_index_sequence<N>());
    });
}

}  // namespace tapedeck::kernels
