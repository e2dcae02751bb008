#include "demos/common/sequence_nets.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/rnn_cell.hpp>
#include <tapedeck/layers/sequential.hpp>

#include "demos/common/nets.hpp"

namespace tapedeck::demos {
namespace {

std::size_t outputs(const Dataset& data) { return data.classes > 0 ? data.classes : 1; }

class Rnn final : public Module<float> {
  public:
    Rnn(const Dataset& data, std::size_t hidden, const std::string& norm, Random& rng)
        : features_(data.features),
          cell_(data.features, hidden, rng, {.norm = rnn_norm(norm), .steps = data.steps}),
          head_(hidden, outputs(data), rng) {
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

class Convolution final : public Module<float> {
  public:
    Convolution(const Dataset& data, std::size_t channels, const std::string& norm, Random& rng)
        : steps_(data.steps),
          features_(data.features),
          channels_first_(norm == "batch"),
          head_(channels, outputs(data), rng) {
        for (std::size_t i = 0; i < norms_.size(); ++i) {
            convs_.push_back(Linear<float>(3 * (i == 0 ? data.features : channels), channels, rng));
            add_norm(norms_[i], "norm", norm, channels);
        }
        normed_ = norm != "none";
    }

    Variable<float> forward(Variable<float> x) override {
        x = reshape(x, {x.shape()[0], steps_, features_});
        for (std::size_t i = 0; i < convs_.size(); ++i) {
            const std::size_t n = x.shape()[1] - 2;
            x = convs_[i](concat({slice(x, 1, 0, n), slice(x, 1, 1, n + 1), slice(x, 1, 2, n + 2)}, 2));
            if (normed_) x = channels_first_ ? transpose(norms_[i](transpose(x))) : norms_[i](x);
            x = relu(x);
        }
        return head_(mean(x, 1));
    }

    void visit(Visitor<float>& v) override {
        for (std::size_t i = 0; i < convs_.size(); ++i) {
            v(fmt::format("conv{}", i + 1), convs_[i]);
            v(fmt::format("norm{}", i + 1), norms_[i]);
        }
        v("head", head_);
    }

  private:
    std::size_t steps_, features_;
    bool channels_first_, normed_ = false;
    std::vector<Linear<float>> convs_;
    std::array<Sequential<float>, 2> norms_;
    Linear<float> head_;
};

}  // namespace

std::unique_ptr<Module<float>> make_rnn(const Dataset& data, std::size_t hidden, const std::string& norm,
                                        Random& rng) {
    return std::make_unique<Rnn>(data, hidden, norm, rng);
}

std::unique_ptr<Module<float>> make_convolution(const Dataset& data, std::size_t channels,
                                                const std::string& norm, Random& rng) {
    return std::make_unique<Convolution>(data, channels, norm, rng);
}

}  // namespace tapedeck::demos
