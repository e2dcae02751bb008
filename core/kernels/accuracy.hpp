// What keeps sums and mean squares accurate.
#pragma once

#include <cstddef>
#include <limits>

namespace tapedeck::kernels {

/// How many terms are added up before their sum goes to a larger one: so the rounding errors of a long sum do
/// not pile up on one large number.
inline constexpr std::size_t kBlock = 512;

/// Whether a variance, found as mean((x - c)^2) - mean(x - c)^2 about a center c near the mean, can be
/// trusted: in nearly constant data the second term, c's rounding error squared, is not much smaller than the
/// first, and must be taken off each x instead. Lane by lane for vectors.
template <class V>
auto is_certain(const V& variance, const V& remainder) {
    return variance >= V(64) * remainder * remainder;
}

/// Whether squares overflowed, or are so small that they lost digits which eps does not cover.
template <class T>
bool leaves_range(T mean_square, T eps) {
    constexpr T kSafe = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon();
    return !(mean_square <= std::numeric_limits<T>::max()) || (mean_square < kSafe && eps < kSafe);
}

}  // namespace tapedeck::kernels
