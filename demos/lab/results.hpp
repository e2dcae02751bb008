// An experiment as results.json has it.
#pragma once

#include <nlohmann/json.hpp>

#include "demos/lab/experiment.hpp"

namespace tapedeck::demos::lab {

/// Everything that was measured, and what is to be drawn of it. What may differ from one run of a demo to the
/// next stands under `machine` and `seconds`, and nowhere else.
nlohmann::ordered_json results_of(const Demo& demo, const Experiment& experiment);

}  // namespace tapedeck::demos::lab
