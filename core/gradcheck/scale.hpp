// The length by which to move an argument's elements.
#pragma once

#include <algorithm>
#include <cmath>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck::numeric {

/// The standard deviation of x's elements, which an offset does not change; for one element, or equal ones,
/// their size. What is infinite or not a number does not count.
template <class T>
double own_length(const Tensor<T>& x) {
    const double n = static_cast<double>(
        std::count_if(x.storage().begin(), x.storage().end(), [](T v) { return std::isfinite(v); }));
    double mean = 0, squares = 0, largest = 0;
    for (const T v : x) mean += std::isfinite(v) ? static_cast<double>(v) / n : 0;
    for (const T v : x) {
        if (!std::isfinite(v)) continue;
        const double d = static_cast<double>(v) - mean;
        squares += d * d / n;
        largest = std::max(largest, std::abs(static_cast<double>(v)));
    }
    const double spread = std::sqrt(squares);
    return spread > 1e-6 * largest ? spread : largest > 0 ? largest : 1;
}

}  // namespace tapedeck::numeric
