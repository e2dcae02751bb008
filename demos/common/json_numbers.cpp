#include "demos/common/json_numbers.hpp"

#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace tapedeck::demos {

nlohmann::json rounded(double x) {
    if (!std::isfinite(x)) return nullptr;
    return std::strtod(fmt::format("{:.6g}", x).c_str(), nullptr);
}

nlohmann::json rounded(const std::vector<double>& numbers) {
    nlohmann::json row = nlohmann::json::array();
    for (const double x : numbers) row.push_back(rounded(x));
    return row;
}

}  // namespace tapedeck::demos
