// By which lengths to move an argument's elements.
#pragma once

#include <algorithm>
#include <cmath>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck::numeric {

/// An argument's own length: the standard deviation of its elements, which an offset does not change; for one
/// element, or equal ones, their size.
class Scale {
  public:
    template <class T>
    explicit Scale(const Tensor<T>& x) {
        const double n = static_cast<double>(x.size());
        double mean = 0, squares = 0, largest = 0;
        for (const T v : x) mean += static_cast<double>(v) / n;
        for (const T v : x) {
            const double d = static_cast<double>(v) - mean;
            squares += d * d / n;
            largest = std::max(largest, std::abs(static_cast<double>(v)));
        }
        const double spread = std::sqrt(squares);
        length_ = spread > 1e-6 * largest ? spread : largest > 0 ? largest : 1;
    }

    double length() const { return length_; }
    /// This share of the length; but not across 0, where many a function has a kink or ends, unless x is very
    /// near to it.
    double step(double x, double share) const {
        const double h = share * length_;
        return x == 0 ? h : std::min(h, std::max(std::abs(x) / 4, h / 100));
    }

  private:
    double length_;
};

}  // namespace tapedeck::numeric
