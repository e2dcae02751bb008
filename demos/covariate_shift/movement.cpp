#include "demos/covariate_shift/movement.hpp"

#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <tapedeck/core/ops/reduce.hpp>

#include "demos/common/evaluation.hpp"

namespace tapedeck::demos::lab {
namespace {

using Net = Sequential<float>;
using Tensor = tapedeck::Tensor<float>;

/// A forward and a reverse pass in training mode; layer 1 is the first Linear that is given a hidden layer.
class Pass {
  public:
    Pass(Net& net, const Dataset& data, const Batch& batch) {
        const KeepState keep(net);
        net.zero_grad();
        tape_.backward(loss_of(data, net(tape_.input(batch.x, "x")), batch));
        for (const auto& entry : tape_)
            if (entry.op() == "Linear") linears_.push_back(entry.index());
    }
    Tensor input_mean(std::size_t layer) { return mean(input(layer), 0).value(); }
    Tensor input_variance(std::size_t layer) { return var(input(layer), 0).value(); }
    const Tensor& weight_gradient(std::size_t layer) { return tape_.at(reads(layer, 1)).grad(); }

  private:
    std::size_t reads(std::size_t layer, std::size_t i) { return tape_[linears_[layer]].inputs()[i]; }
    Variable<float> input(std::size_t layer) { return tape_.at(reads(layer, 0)); }

    Tape<float> tape_;
    std::vector<std::size_t> linears_;
};

void take_layer(Net& to, Net& from, std::size_t layer) {
    const auto targets = to.named_parameters(), sources = from.named_parameters();
    for (std::size_t i = 0; i < targets.size(); ++i)
        if (targets[i].first.starts_with(fmt::format("fc{}.", layer)) ||
            targets[i].first.starts_with(fmt::format("norm{}.", layer)))
            *targets[i].second = *sources[i].second;
}

}  // namespace

double length(const Tensor& a) { return std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.0)); }
double distance(const Tensor& a, const Tensor& b) { return length(Tensor(a - b)); }

void add_movement(Movement& sums, Net before, Net after, const Dataset& data, const Batch& probe) {
    Pass old(before, data, probe), now(after, data, probe);
    Net mixed = before;
    for (std::size_t layer = 1; layer <= kHidden; ++layer) {
        const Tensor mean = old.input_mean(layer), variance = old.input_variance(layer);
        const double spread = std::sqrt(std::accumulate(variance.begin(), variance.end(), 0.0));
        sums["mean"][layer - 1] += distance(mean, now.input_mean(layer)) / spread;
        sums["variance"][layer - 1] += distance(variance, now.input_variance(layer)) / length(variance);
        take_layer(mixed, after, layer);
        Pass below_moved(mixed, data, probe);
        const Tensor& gradient = old.weight_gradient(layer);
        sums["gradient"][layer - 1] +=
            distance(gradient, below_moved.weight_gradient(layer)) / length(gradient);
    }
}

}  // namespace tapedeck::demos::lab
