// The sums of several vectors together: one of them alone takes as many steps as these take for each level.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include <tapedeck/core/kernels/simd.hpp>

namespace tapedeck::kernels {

/// One vector a lane of another.
template <class V>
using PerLane = std::array<V, Lanes<V>::count>;

#ifdef TAPEDECK_SIMD
/// Of vectors whose blocks of `Width` lanes each hold one row's partial sums: folds the blocks of a and b in
/// half, and lays them beside each other, in turn.
template <std::size_t Width, class V, std::size_t... Lane>
V fold(const V& a, const V& b, std::index_sequence<Lane...>) {
    constexpr std::size_t kHalf = Width / 2;
    constexpr auto from = [](std::size_t lane) {
        const std::size_t block = lane / kHalf;
        return (block % 2 == 0 ? 0 : Lanes<V>::count) + block / 2 * Width + lane % kHalf;
    };
    using Register = typename V::register_type;
    const Register x = a, y = b;
    return V(Register(__builtin_shufflevector(x, y, from(Lane)...))) +
           V(Register(__builtin_shufflevector(x, y, (from(Lane) + kHalf)...)));
}
template <std::size_t N, class V>
V sums_of(PerLane<V>& all) {
    if constexpr (N == 1) {
        return all[0];
    } else {
        for (std::size_t i = 0; i < N / 2; ++i)
            all[i] = fold<N>(all[i], all[i + N / 2], std::make_index_sequence<Lanes<V>::count>());
        return sums_of<N / 2, V>(all);
    }
}
#endif

/// The sum of each vector's lanes, in the lane of its number. Each is taken in the same order, so that a
/// row's sum does not depend on the rows beside it. (xsimd 8.1's own, haddp, permutes the lanes of 16
/// floats.)
template <class V>
V sums(PerLane<V> all) {
    if constexpr (Lanes<V>::count == 1) {
        return all[0];
    } else {
        return sums_of<Lanes<V>::count, V>(all);
    }
}

}  // namespace tapedeck::kernels
