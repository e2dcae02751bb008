// The range in which a mean of squares can be trusted.
#pragma once

#include <limits>

namespace tapedeck::kernels {

/// How many times larger than the square of a mean's rounding error a variance must be, for that square to be
/// taken off afterwards.
inline constexpr int kNegligible = 64;

/// Whether squares overflowed, or are so small that they lost digits which eps does not cover.
template <class T>
bool leaves_range(T mean_square, T eps) {
    constexpr T kSafe = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon();
    return !(mean_square <= std::numeric_limits<T>::max()) || (mean_square < kSafe && eps < kSafe);
}

}  // namespace tapedeck::kernels
