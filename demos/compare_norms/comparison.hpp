// All trainings of a plan, side by side.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "demos/compare_norms/finished_runs.hpp"
#include "demos/compare_norms/flags.hpp"
#include "demos/compare_norms/run.hpp"
#include "demos/data/dataset.hpp"

namespace tapedeck::demos::compare_norms {

/// Reads or draws the samples of each task of the plan. Throws FileError.
std::map<Task, Dataset> load_data(const Flags& flags, const Plan& plan);

/// Trains every job of the plan on `threads` threads, with a progress line, and chooses the learning rates.
/// What was interrupted stays as it is. The runs are in the order of the plan's jobs, whatever the number of
/// threads.
/// Runs that `finished` has are taken from it, and the others go into it.
std::vector<Run> compare(const Plan& plan, const std::map<Task, Dataset>& data, std::size_t threads,
                         FinishedRuns* finished = nullptr);

}  // namespace tapedeck::demos::compare_norms
