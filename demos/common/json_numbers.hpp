// Numbers as results.json has them.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

namespace tapedeck::demos {

/// Six digits are more than any figure shows, and keep the file small; what is not finite becomes null.
nlohmann::json rounded(double x);
nlohmann::json rounded(const std::vector<double>& numbers);

}  // namespace tapedeck::demos
