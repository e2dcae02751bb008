// Mean and variance as the usual mistakes have them: what the norms' checks share.
#pragma once

#include <cmath>

#include "demos/exercises/check/exercises.hpp"

namespace exercises::check {

/// How a variance and its root are taken. As it stands, it is right.
struct Statistics {
    bool unbiased = false;         ///< over n - 1
    bool center = true;            ///< the mean is taken off, in the numerator
    bool about_mean = true;        ///< the variance is about the mean, not about 0
    bool eps_beside_root = false;  ///< sqrt(var) + eps
    bool eps = true;
    bool root = true;
};

/// One group's, as it normalizes.
struct Moments {
    double mean, variance, rstd;
};

/// So far from zero that the mean of squares less the square of the mean has lost its digits, in double.
inline const char* const kFarFromZero = "numbers about ten million, which differ by one";
inline Values far(Size count, double phase) { return scaled(wavy(count, phase), 1, 1e7); }
/// The words for the only mistake that shows there alone.
inline const char* const kOnePass =
    "The variance is lost in rounding: the mean of the squares less the square of the mean is a small "
    "difference of two "
    "large numbers. Take the mean first, then the mean of (x - mean)^2.";

/// Of `count` numbers that stand `stride` apart.
inline Moments moments(In x, Size count, Size stride, double eps, const Statistics& how) {
    const double n = static_cast<double>(count);
    double mean = 0, variance = 0;
    for (Size i = 0; i < count; ++i) mean += x[i * stride] / n;
    for (Size i = 0; i < count; ++i) {
        const double d = x[i * stride] - (how.about_mean ? mean : 0);
        variance += d * d / (how.unbiased ? n - 1 : n);
    }
    const double under = variance + (how.eps && !how.eps_beside_root ? eps : 0);
    const double divisor = (how.root ? std::sqrt(under) : under) + (how.eps_beside_root ? eps : 0);
    return {how.center ? mean : 0, variance, 1 / divisor};
}

}  // namespace exercises::check
