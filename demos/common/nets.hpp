// Networks for the laboratory, a norm by its name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tapedeck/core/random.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/rnn_cell.hpp>
#include <tapedeck/layers/sequential.hpp>

namespace tapedeck::demos {

/// Adds the norm over this many features: "batch", "layer", "rms", "group" (of eight groups, where they
/// divide the features) or "none", which adds nothing. @throws Error for another name.
void add_norm(Sequential<float>& net, std::string_view name, const std::string& norm, std::size_t features);

/// "tanh", "sigmoid", "relu" or "gelu". @throws Error for another name.
void add_activation(Sequential<float>& net, std::string_view name, const std::string& activation);

struct MlpOptions {
    std::string norm = "none";
    std::string activation = "tanh";
    bool norm_after_activation = false;
    bool bias = true;  ///< of the Linear layers before the last
};

/// sizes[0] inputs, sizes.back() outputs: "fc1", "norm1", "act1", "fc2", … The last has no norm, nor an
/// activation.
Sequential<float> make_mlp(const std::vector<std::size_t>& sizes, Random& rng,
                           const MlpOptions& options = {});

/// "none", "layer", "batch" (statistics for each time step) or "batch-shared". @throws Error for another
/// name.
RNNNorm rnn_norm(const std::string& norm);

/// A Linear that does what this one and the BatchNorm after it do in eval mode: w' = a w, b' = a (b - mean) +
/// beta with a = gamma / sqrt(var + eps).
Linear<float> folded(Linear<float> linear, const BatchNorm<float>& norm, double eps);

/// Sets every gamma, of norms and of RNNCells, to this value.
void set_gammas(Module<float>& net, float value);

}  // namespace tapedeck::demos
