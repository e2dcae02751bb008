// Counting values in bins.
#pragma once

#include <tapedeck/core/tensor.hpp>

#include <vector>

#include "demos/compare_norms/run.hpp"

namespace tapedeck::demos::compare_norms {

/// Counts both groups in the same bins, which reach from the lowest to the highest finite value of all;
/// values that are not finite are in no bin.
Histogram count(const std::vector<const Tensor<float>*>& before,
                const std::vector<const Tensor<float>*>& after);

}  // namespace tapedeck::demos::compare_norms
