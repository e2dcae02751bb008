// Which learning rate represents a model: validation decides.
#pragma once

#include <vector>

#include "demos/compare_norms/run.hpp"

namespace tapedeck::demos::compare_norms {

/// Marks, for each setting and norm, the runs of the learning rate with the lowest median over seeds of the
/// final validation loss. A training that diverged counts as infinitely bad. Only finished trainings have a
/// say, unless a model has none: then those that were interrupted do, by their last measurement.
void choose_rates(const Plan& plan, std::vector<Run>& runs);

/// The median; the mean of the two in the middle of an even number.
double median(std::vector<double> values);

}  // namespace tapedeck::demos::compare_norms
