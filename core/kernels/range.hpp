// The range in which a mean of squares can be trusted.
#pragma once

#include <limits>

namespace tapedeck::kernels {

/// Whether squares overflowed, or are so small that they lost digits which eps does not cover.
template <class T>
bool leaves_range(T mean_square, T eps) {
    constexpr T kSafe = std::numeric_limits<T>::min() / std::numeric_limits<T>::epsilon();
    return !(mean_square <= std::numeric_limits<T>::max()) || (mean_square < kSafe && eps < kSafe);
}

}  // namespace tapedeck::kernels
