// The table on the terminal at the end.
#pragma once

#include <string>
#include <vector>

#include "demos/compare_norms/run.hpp"

namespace tapedeck::demos::compare_norms {

/// For each task and network: what each norm reached at the learning rate that validation chose, as median
/// and range over the seeds; the other rates; and which differences exceed the spread over seeds.
std::string table_text(const Plan& plan, const std::vector<Run>& runs);

}  // namespace tapedeck::demos::compare_norms
