// How far values are from where a function has a corner, a pole, or no slope to speak of.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck::test {

/// Corners are met at this distance at least; a numeric derivative moves no value by more than a fifth of it.
inline constexpr double kMargin = 0.02;

inline double smallest(const Tensor<double>& x) {
    return *std::min_element(x.storage().begin(), x.storage().end());
}
inline double greatest(const Tensor<double>& x) {
    return *std::max_element(x.storage().begin(), x.storage().end());
}
inline double smallest_magnitude(const Tensor<double>& x, double around = 0) {
    double m = std::numeric_limits<double>::infinity();
    for (const double v : x.storage()) m = std::min(m, std::abs(v - around));
    return m;
}

/// Where element i of a tensor goes when these axes are reduced: groups counted row-major over the others.
inline std::vector<std::size_t> groups(const Shape& shape, const Axes& reduced) {
    std::vector<std::size_t> group(elements(shape));
    for (std::size_t i = 0; i < group.size(); ++i) {
        std::size_t rest = i, stride = 1;
        for (std::size_t d = shape.size(); d-- > 0;) {
            if (!reduced.contains(d)) {
                group[i] += rest % shape[d] * stride;
                stride *= shape[d];
            }
            rest /= shape[d];
        }
    }
    return group;
}

/// The smallest difference between the largest and the second largest of a group.
inline double smallest_lead(const Tensor<double>& x, const Axes& reduced) {
    const std::vector<std::size_t> group = groups(x.shape(), reduced);
    constexpr double kNone = -std::numeric_limits<double>::infinity();
    std::vector<double> first(x.size(), kNone), second(x.size(), kNone);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double v = x.storage()[i];
        double& top = first[group[i]];
        second[group[i]] = std::max(second[group[i]], std::min(top, v));
        top = std::max(top, v);
    }
    double lead = std::numeric_limits<double>::infinity();
    for (std::size_t g = 0; g < x.size(); ++g) {
        if (second[g] > kNone) lead = std::min(lead, first[g] - second[g]);
    }
    return lead;
}

/// The smallest biased variance of a group; of its squares' mean when it is not to be centered.
inline double smallest_variance(const Tensor<double>& x, const Axes& reduced, bool centered = true) {
    const std::vector<std::size_t> group = groups(x.shape(), reduced);
    std::vector<double> n(x.size()), total(x.size()), squares(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        n[group[i]] += 1;
        total[group[i]] += x.storage()[i];
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double d = x.storage()[i] - (centered ? total[group[i]] / n[group[i]] : 0);
        squares[group[i]] += d * d;
    }
    double variance = std::numeric_limits<double>::infinity();
    for (std::size_t g = 0; g < x.size(); ++g) {
        if (n[g] > 0) variance = std::min(variance, squares[g] / n[g]);
    }
    return variance;
}

}  // namespace tapedeck::test
