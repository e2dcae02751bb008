// LayerNorm in elementary steps, and the formulas that it is said to be.
#pragma once

#include <string>
#include <vector>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/random.hpp>

namespace tapedeck::demos::lab {

using Var = Variable<float>;
using Words = std::vector<std::string>;

inline const std::string kCounting = "0 1 2 3 4 ...", kMixed = "2 3 5 1 4", kRandom = "random";
inline constexpr double kClaimEps = 5e-5;  // LayerNorm's own is 1e-5

/// The first n numbers of a sample, as a leaf of the tape.
inline Var sample(Tape<float>& tape, const std::string& name, std::size_t n = 5, std::uint64_t seed = 0) {
    Tensor<float> x = name == kMixed ? Tensor<float>{2, 3, 5, 1, 4} : zeros<float>({n});
    Random rng(seed);
    for (std::size_t i = 0; i < n && name != kMixed; ++i)
        x(i) = static_cast<float>(name == kCounting ? static_cast<double>(i) : rng.normal());
    return tape.variable(x, "x");
}
inline const Tensor<float> kFirst{1, 0, 0, 0, 0};  // as dL/dy: what comes back is dy1/dx

/// LayerNorm in elementary steps: each of them is an entry of the tape, with a name.
inline Var in_steps(Var x) {
    const Var gamma = x.tape().variable(ones<float>({5}), "gamma");
    const Var beta = x.tape().variable(zeros<float>({5}), "beta");
    const Var centered = (x - mean(x, -1, true).named("mean")).named("x - mean");
    const Var variance = mean(square(centered).named("(x - mean)^2"), -1, true).named("variance");
    const Var root = sqrt(variance + 1e-5).named("sqrt(variance + eps)");
    const Var xhat = (centered / root).named("xhat");
    return (gamma * xhat + beta).named("y");
}

// Three functions that are all called "the formula": eps has another place in each.
inline const Words kFormulas{"(x - mean) / sqrt(var + eps)", "(x - mean) / std", "(x - mean) / (std + eps)"};
inline std::vector<Var> by_formulas(Var x, double eps = kClaimEps) {
    const Var centered = x - mean(x), variance = var(x, {}, false, 0), std = sqrt(variance);
    return {centered / sqrt(variance + eps), centered / std, centered / (std + eps)};
}

}  // namespace tapedeck::demos::lab
