// Reductions over some axes, and their counterpart, spreading over them.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include <tapedeck/core/kernels/map.hpp>
#include <tapedeck/core/kernels/strides.hpp>

namespace tapedeck::kernels {

/// Sums a long walk by blocks of runs.
/// `add_run(offset, to)` adds one run to an array of out's size, which is at most kWidest.
inline constexpr std::size_t kWidest = 1024;
template <class T, std::size_t N, class F>
[[gnu::noinline]] void sum_by_blocks(const Walk<N>& walk, std::size_t size, T* out, F add_run) {
    std::array<T, kWidest> block{};
    const auto flush = [&] {
        for (std::size_t i = 0; i < size; ++i) out[i] += std::exchange(block[i], T(0));
    };
    std::size_t runs = 0;
    walk.each_run([&](const auto& offset) {
        add_run(offset, block.data());
        if (++runs % kBlock == 0) flush();
    });
    flush();
}

/// out += sum of f(in[...]...) over the axes in which `out_shape` has size 1 and `shape` has not. Each input
/// has its own shape, which broadcasts to `shape`. Long sums are taken by blocks: always along the innermost
/// axis, otherwise when `out` is not too wide.
template <class T, std::size_t N, class F>
void reduce_onto(const Shape& shape, T* out, const Shape& out_shape, F f, const std::array<const T*, N>& in,
                 const std::array<const Shape*, N>& in_shapes) {
    const std::size_t all = elements(shape);
    if (all == 0) return;
    std::array<const Shape*, N + 1> shapes;
    std::copy(in_shapes.begin(), in_shapes.end(), shapes.begin());
    shapes[N] = &out_shape;
    const Walk<N + 1> walk(shape, shapes);
    const auto add_run = [&](const std::array<std::size_t, N + 1>& offset, T* to) {
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            if (walk.still(N))
                to[offset[N]] += map_sum<T>(walk.run(), f, Stream<T>{in[K] + offset[K], walk.still(K)}...);
            else
                map<true>(walk.run(), to + offset[N], f, Stream<T>{in[K] + offset[K], walk.still(K)}...);
        }
        (std::make_index_sequence<N>());
    };
    if (all > kBlock * walk.run() && elements(out_shape) <= kWidest)
        sum_by_blocks<T>(walk, elements(out_shape), out, add_run);
    else
        walk.each_run([&](const auto& offset) { add_run(offset, out); });
}

/// The same, assigned.
template <class T, std::size_t N, class F>
void reduce(const Shape& shape, T* out, const Shape& out_shape, F f, const std::array<const T*, N>& in,
            const std::array<const Shape*, N>& in_shapes) {
    std::fill_n(out, elements(out_shape), T(0));
    reduce_onto(shape, out, out_shape, f, in, in_shapes);
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
