// Building the two networks.
#include "demos/compare_norms/models.hpp"

#include <fmt/format.h>

#include <tapedeck/core/ops/parts.hpp>
#include <tapedeck/core/ops/shape.hpp>
#include <tapedeck/layers/activation.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/layers/rnn_cell.hpp>
#include <tapedeck/layers/sequential.hpp>

#include <utility>

namespace tapedeck::demos::compare_norms {
namespace {

std::size_t outputs(const Dataset& data) { return data.classes > 0 ? data.classes : 1; }

std::unique_ptr<Module<float>> make_mlp(const Setting& setting, const Dataset& data, Norm norm, Random& rng) {
    auto net = std::make_unique<Sequential<float>>();
    std::size_t in = data.steps * data.features;
    for (std::size_t i = 0; i < setting.hidden.size(); ++i) {
        const std::size_t out = setting.hidden[i];
        net->add(fmt::format("fc{}", i + 1), Linear<float>(in, out, rng));
        if (norm == Norm::batch) net->add(fmt::format("norm{}", i + 1), BatchNorm<float>(out));
        if (norm == Norm::layer) net->add(fmt::format("norm{}", i + 1), LayerNorm<float>(out));
        net->add(fmt::format("act{}", i + 1), Tanh<float>());
        in = out;
    }
    net->add(fmt::format("fc{}", setting.hidden.size() + 1), Linear<float>(in, outputs(data), rng));
    return net;
}

RNNNorm in_cell(Norm norm) {
    switch (norm) {
        case Norm::batch:
            return RNNNorm::batch_per_step;
        case Norm::batch_shared:
            return RNNNorm::batch_shared;
        case Norm::layer:
            return RNNNorm::layer;
        case Norm::none:
            break;
    }
    return RNNNorm::none;
}

/// Reads a sample (N, steps * features) step by step, and answers from the last hidden state.
class Rnn final : public Module<float> {
  public:
    Rnn(const Setting& setting, const Dataset& data, Norm norm, Random& rng)
        : features_(data.features),
          cell_(data.features, setting.hidden[0], rng, {.norm = in_cell(norm), .steps = data.steps}),
          head_(setting.hidden[0], outputs(data), rng) {
        for (std::size_t t = 1; t <= data.steps; ++t) names_.push_back(fmt::format("h{}", t));
    }

    Variable<float> forward(Variable<float> x) override {
        const auto step = [&](std::size_t t) { return slice(x, 1, t * features_, (t + 1) * features_); };
        Variable<float> h = cell_(step(0)).named(names_[0]);
        for (std::size_t t = 1; t < names_.size(); ++t) h = cell_(step(t), h).named(names_[t]);
        return head_(h);
    }

    void visit(Visitor<float>& v) override {
        v("cell", cell_);
        v("head", head_);
    }

  private:
    std::size_t features_;
    std::vector<std::string> names_;
    RNNCell<float> cell_;
    Linear<float> head_;
};

}  // namespace

std::unique_ptr<Module<float>> make_network(const Setting& setting, const Dataset& data, Norm norm,
                                            Random& rng) {
    if (setting.network == Network::mlp) return make_mlp(setting, data, norm, rng);
    return std::make_unique<Rnn>(setting, data, norm, rng);
}

}  // namespace tapedeck::demos::compare_norms
