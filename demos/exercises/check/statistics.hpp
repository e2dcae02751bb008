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
    Size mean_from = 0, mean_less = 0;          ///< so many are left out of the mean's sum, first and last
    Size variance_from = 0, variance_less = 0;  ///< the same of the variance's
    bool whole_mean = false, whole_variance = false;      ///< a sum times 1/n, in whole numbers
    bool carried_mean = false, carried_variance = false;  ///< not set to 0 for the next group
    bool divided_after = false;                           ///< the carried are sums, divided in place
};

/// One group's, as it normalizes.
struct Moments {
    double mean = 0, variance = 0, rstd = 0;
};

/// What is done to a norm's statistics, with words.
struct StatisticsMistake {
    std::string words;
    Statistics how;
};

/// So far from zero that the mean of squares less the square of the mean has lost its digits, in double.
inline const char* const kFarFromZero = "numbers about ten million, which differ by one";
inline Values far(Size count, double phase) { return scaled(wavy(count, phase), 1, 1e7); }
/// The words for the only mistake that shows there alone.
inline const char* const kOnePass =
    "The variance is lost in rounding: the mean of the squares less the square of the mean is a small "
    "difference of two "
    "large numbers. Take the mean first, then the mean of (x - mean)^2.";

/// Of `count` numbers that stand `stride` apart. `before`: the last group's, for what is carried over.
inline Moments moments(In x, Size count, Size stride, double eps, const Statistics& how,
                       const Moments& before = {}) {
    const double n = static_cast<double>(count);
    double mean = how.carried_mean ? before.mean : 0, variance = how.carried_variance ? before.variance : 0;
    if (how.divided_after) mean /= n, variance /= n;
    for (Size i = how.mean_from; i + how.mean_less < count; ++i) mean += x[i * stride] / n;
    if (how.whole_mean && count > 1) mean = 0;
    for (Size i = how.variance_from; i + how.variance_less < count; ++i) {
        const double d = x[i * stride] - (how.about_mean ? mean : 0);
        variance += d * d / (how.unbiased ? n - 1 : n);
    }
    if (how.whole_variance && count > 1) variance = 0;
    const double under = variance + (how.eps && !how.eps_beside_root ? eps : 0);
    const double divisor = (how.root ? std::sqrt(under) : under) + (how.eps_beside_root ? eps : 0);
    return {how.center ? mean : 0, variance, 1 / divisor};
}

/// In the sums of mean and variance, for groups ("column") of `n` ("m") numbers that i ("i") counts.
inline std::vector<StatisticsMistake> mistakes_in_sums(const std::string& group, const std::string& n,
                                                       const std::string& i) {
    const std::string whole = ": 1/" + n + " is 0 in whole numbers: 1.0/" + n + ".",
                      carried = " not set to 0 for each " + group + ".",
                      first = " first element is left out: does a loop start late?",
                      last = " last element is left out: a loop goes on while " + i + " < " + n + ".";
    std::vector<StatisticsMistake> all{
        {"The mean is 0" + whole, {.whole_mean = true}},
        {"The variance is 0" + whole, {.whole_variance = true}},
        {"Mean and variance are 0" + whole, {.whole_mean = true, .whole_variance = true}},
        {"In the mean's sum, the" + first, {.mean_from = 1}},
        {"In the mean's sum, the" + last, {.mean_less = 1}},
        {"In the variance's sum, the" + first, {.variance_from = 1}},
        {"In the variance's sum, the" + last, {.variance_less = 1}},
        {"In both sums, the mean's and the variance's, the" + first, {.mean_from = 1, .variance_from = 1}},
        {"In both sums, the mean's and the variance's, the" + last, {.mean_less = 1, .variance_less = 1}},
    };
    for (const bool after : {false, true}) {
        all.push_back({"The mean's sum is" + carried, {.carried_mean = true, .divided_after = after}});
        all.push_back(
            {"The variance's sum is" + carried, {.carried_variance = true, .divided_after = after}});
        all.push_back({"The mean's sum and the variance's are" + carried,
                       {.carried_mean = true, .carried_variance = true, .divided_after = after}});
    }
    return all;
}

}  // namespace exercises::check
