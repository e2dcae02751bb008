// The machine that measured, for results.json.
#pragma once

#include <nlohmann/json.hpp>

namespace tapedeck::demos {

/// Processor, cores, BLAS kernels, compiler and the most memory used so far.
nlohmann::json describe_machine();

}  // namespace tapedeck::demos
