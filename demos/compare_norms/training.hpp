// One training, measured as it goes.
#pragma once

#include <atomic>

#include "demos/compare_norms/progress.hpp"
#include "demos/compare_norms/run.hpp"
#include "demos/data/dataset.hpp"

namespace tapedeck::demos::compare_norms {

/// The work of one training step in units of its own, for the progress line: only ratios mean anything.
double work_of_a_step(const Setting& setting, const Dataset& data);

/// Trains the network of `job` and measures it at `setting.points` points and before the first step. Ends
/// early when somebody interrupts or when the loss is no longer finite; `Run::status` says so. Nothing but
/// the seed, the setting and the norm decides the numbers.
Run train(const Setting& setting, const Dataset& data, const Job& job, Progress& progress);

}  // namespace tapedeck::demos::compare_norms
