#include "demos/common/nets.hpp"

#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/layers/activation.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>

namespace tapedeck::demos {

void add_norm(Sequential<float>& net, std::string_view name, const std::string& norm, std::size_t features) {
    constexpr std::size_t kGroups = 8;
    if (norm == "none") return;
    if (norm == "batch") {
        net.add(name, BatchNorm<float>(features));
    } else if (norm == "layer") {
        net.add(name, LayerNorm<float>(features));
    } else if (norm == "rms") {
        net.add(name, RMSNorm<float>(features));
    } else if (norm == "group") {
        net.add(name, GroupNorm<float>(features % kGroups == 0 ? kGroups : 1, features));
    } else {
        throw Error(fmt::format("There is no norm \"{}\".", norm));
    }
}

void add_activation(Sequential<float>& net, std::string_view name, const std::string& activation) {
    if (activation == "tanh") {
        net.add(name, Tanh<float>());
    } else if (activation == "sigmoid") {
        net.add(name, Sigmoid<float>());
    } else if (activation == "relu") {
        net.add(name, ReLU<float>());
    } else if (activation == "gelu") {
        net.add(name, GELU<float>());
    } else {
        throw Error(fmt::format("There is no activation \"{}\".", activation));
    }
}

Sequential<float> make_mlp(const std::vector<std::size_t>& sizes, Random& rng, const MlpOptions& options) {
    Sequential<float> net;
    for (std::size_t i = 1; i < sizes.size(); ++i) {
        const bool last = i + 1 == sizes.size();
        net.add(fmt::format("fc{}", i),
                Linear<float>(sizes[i - 1], sizes[i], rng, {.bias = last || options.bias}));
        if (last) break;
        const std::string norm = fmt::format("norm{}", i), act = fmt::format("act{}", i);
        if (!options.norm_after_activation) add_norm(net, norm, options.norm, sizes[i]);
        add_activation(net, act, options.activation);
        if (options.norm_after_activation) add_norm(net, norm, options.norm, sizes[i]);
    }
    return net;
}

RNNNorm rnn_norm(const std::string& norm) {
    if (norm == "none") return RNNNorm::none;
    if (norm == "layer") return RNNNorm::layer;
    if (norm == "batch") return RNNNorm::batch_per_step;
    if (norm == "batch-shared") return RNNNorm::batch_shared;
    throw Error(fmt::format("There is no norm \"{}\" for an RNN.", norm));
}

Linear<float> folded(Linear<float> linear, const BatchNorm<float>& norm, double eps) {
    for (std::size_t i = 0; i < linear.bias->value.size(); ++i) {
        const float scale = norm.weight->value(i) / std::sqrt(norm.running->var(i) + static_cast<float>(eps));
        for (std::size_t j = 0; j < linear.weight->value.shape()[1]; ++j) linear.weight->value(i, j) *= scale;
        linear.bias->value(i) = (linear.bias->value(i) - norm.running->mean(i)) * scale + norm.bias->value(i);
    }
    return linear;
}

void set_gammas(Module<float>& net, float value) {
    for (const auto& [name, parameter] : net.named_parameters()) {
        const bool is_gamma = name.find("norm") != std::string::npos && name.ends_with(".weight");
        if (is_gamma) parameter->value.fill(value);
    }
}

}  // namespace tapedeck::demos
