#include <tapedeck/core/deck/statistics.hpp>

#include <algorithm>
#include <cmath>

namespace tapedeck::deck {

template <class T>
Statistics statistics(std::span<const T> x) {
    Statistics s;
    s.count = x.size();
    double largest = 0;
    bool first = true;
    for (const double value : x) {
        if (std::isnan(value)) {
            ++s.nans;
        } else if (std::isinf(value)) {
            ++s.infinities;
        } else {
            if (value == 0) ++s.zeros;
            s.min = first ? value : std::min(s.min, value);
            s.max = first ? value : std::max(s.max, value);
            largest = std::max(largest, std::abs(value));
            first = false;
        }
    }
    const auto finite = static_cast<double>(s.count - s.nans - s.infinities);
    if (finite == 0 || largest == 0) return s;
    // In units of the largest, so that no square leaves a double's range.
    double sum = 0, squares = 0, deviations = 0;
    for (const double value : x) {
        if (std::isfinite(value)) sum += value / largest, squares += value / largest * (value / largest);
    }
    const double mean = sum / finite;
    for (const double value : x) {
        if (std::isfinite(value)) deviations += (value / largest - mean) * (value / largest - mean);
    }
    s.mean = mean * largest;
    s.std = std::sqrt(deviations / finite) * largest;
    s.norm = std::sqrt(squares) * largest;
    return s;
}

template Statistics statistics(std::span<const float> x);
template Statistics statistics(std::span<const double> x);

}  // namespace tapedeck::deck
