// The middle of a measurement over the seeds, with its range.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace tapedeck::demos {

/// Median, lowest and highest of one measurement over the seeds; all NaN when there is none.
struct Spread {
    double median = std::numeric_limits<double>::quiet_NaN();
    double low = median, high = median;
    std::size_t count = 0;
};

/// The spread of the finite values among `values`.
Spread spread_of(std::vector<double> values);

/// Whether a difference exceeds the spread over seeds: each has two seeds or more, and the ranges do not
/// overlap.
bool separated(const Spread& a, const Spread& b);

/// How likely chance alone separates two groups of n and m seeds: both orders, of (n+m choose n).
double chance_of_separation(std::size_t n, std::size_t m);

}  // namespace tapedeck::demos
