#include "spread.hpp"

#include <algorithm>
#include <cmath>

namespace tapedeck::demos {

Spread spread_of(std::vector<double> values) {
    std::erase_if(values, [](double v) { return !std::isfinite(v); });
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    const double median = n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
    return {median, values.front(), values.back(), n};
}

bool separated(const Spread& a, const Spread& b) {
    return a.count >= 2 && b.count >= 2 && (a.high < b.low || b.high < a.low);
}

double chance_of_separation(std::size_t n, std::size_t m) {
    double ways = 1;
    for (std::size_t k = 1; k <= n; ++k) ways = ways * static_cast<double>(m + k) / static_cast<double>(k);
    return std::min(1.0, 2 / ways);
}

}  // namespace tapedeck::demos
