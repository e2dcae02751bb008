// What the norms cost: the claim "cheaper".
#pragma once

#include "demos/lab/experiment.hpp"

namespace tapedeck::demos::lab {

/// Plans what claim_cost judges, sums and means, spelled out; and the seconds of a training step on the data.
void plan_cost(Experiment& e, const Dataset& data);
void claim_cost(Experiment& e);

}  // namespace tapedeck::demos::lab
