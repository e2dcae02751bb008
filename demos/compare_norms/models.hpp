// The networks that are compared, with each norm in the same place.
#pragma once

#include <tapedeck/layers/module.hpp>

#include <memory>

#include "demos/compare_norms/plan.hpp"
#include "demos/data/dataset.hpp"

namespace tapedeck::demos::compare_norms {

/// mlp: Linear, norm, Tanh for each hidden layer, and a Linear at the end ("fc1", "norm1", "act1", "fc2", …).
/// rnn: a tanh cell with the norm inside, read step by step, and a Linear on the last hidden state ("cell",
/// "head"); its hidden states are named "h1", "h2", … on the tape. What is drawn from `rng` does not depend
/// on the norm, so that all norms start from the same weights.
std::unique_ptr<Module<float>> make_network(const Setting& setting, const Dataset& data, Norm norm,
                                            Random& rng);

}  // namespace tapedeck::demos::compare_norms
