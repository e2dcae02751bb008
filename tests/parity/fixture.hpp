// The fixtures: cases with PyTorch's answers, as tests/parity/generate.py wrote them (cases/fixture.py has
// the format).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <tapedeck/core/tensor.hpp>
#include <vector>

#include <nlohmann/json.hpp>

namespace tapedeck::parity {

/// An array of a case, in double; inputs are exact floats.
struct Array {
    std::string name;
    Shape shape;
    std::vector<double> values;
    // Inputs: whether it gets a gradient, how the operation sees it, and the input whose leaf it shares.
    bool grad = false;
    nlohmann::json views;
    std::string same_as;
    // Outputs: torch's own float32 error where it matters, and what is asked in float where torch does worse.
    double noise = 0, float_tolerance = 0;
};

struct Case {
    std::string name, op;
    nlohmann::json options;
    std::vector<Array> inputs, outputs;
};

/// Where the fixtures are: the committed ones, or those of the environment's TAPEDECK_PARITY_FIXTURES.
std::filesystem::path fixtures();
/// The cases of one family. @throws std::runtime_error when there is no such file or it is damaged.
std::vector<Case> load(std::string_view family);

}  // namespace tapedeck::parity
