// Where a network of two inputs tells one class from the other.
#pragma once

#include <tapedeck/layers/module.hpp>

#include "demos/compare_norms/run.hpp"
#include "demos/data/dataset.hpp"

namespace tapedeck::demos::compare_norms {

/// The probability of class 1 over a grid around the training samples, which have two features.
Boundary boundary_of(Module<float>& network, const Dataset& data);

}  // namespace tapedeck::demos::compare_norms
