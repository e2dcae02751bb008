// Figures of an experiment, from its results.json and nothing else.
#pragma once

#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "demos/report/figure.hpp"

namespace tapedeck::demos::lab {

/// Every figure that the results ask for. No seed is left out of any: beside a median stands what it is of.
/// @throws Error when the results are not as the laboratory writes them.
std::vector<Figure> figures_in(const nlohmann::json& results);

}  // namespace tapedeck::demos::lab
