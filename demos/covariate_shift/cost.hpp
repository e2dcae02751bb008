// What BatchNorm and LayerNorm cost: the claim "cheaper".
#pragma once

#include "demos/lab/experiment.hpp"

namespace tapedeck::demos::lab {

/// Plans what claim_cost judges: sums and means, spelled out, and the seconds of the fused operations.
void plan_cost(Experiment& e);
void claim_cost(Experiment& e);

}  // namespace tapedeck::demos::lab
