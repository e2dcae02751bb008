#include "demos/covariate_shift/cost.hpp"

#include <chrono>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include <tapedeck/core/ops/spelled_out.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>

namespace tapedeck::demos::lab {
namespace {

using Tensor = tapedeck::Tensor<float>;

double length(const Tensor& a) { return std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.0)); }
double distance(const Tensor& a, const Tensor& b) { return length(Tensor(a - b)); }

/// A Linear that does what this one and the BatchNorm after it do in eval mode.
Linear<float> fold(Linear<float> linear, const BatchNorm<float>& norm) {
    for (std::size_t i = 0; i < linear.bias->value.size(); ++i) {
        const float scale = norm.weight->value(i) / std::sqrt(norm.running->var(i) + 1e-5F);
        for (std::size_t j = 0; j < linear.weight->value.shape()[1]; ++j) linear.weight->value(i, j) *= scale;
        linear.bias->value(i) = (linear.bias->value(i) - norm.running->mean(i)) * scale + norm.bias->value(i);
    }
    return linear;
}

void count_reductions(Run& run, const Tape<float>& tape, const std::string& when) {
    double &count = run.values["reductions " + when], &read = run.values["numbers read " + when];
    for (const auto& entry : tape) {
        if (entry.op() != "Mean" && entry.op() != "Sum") continue;
        ++count;
        read += static_cast<double>(tape[entry.inputs()[0]].value().size());
    }
}

/// What a norm after a Linear costs: in sums and means, spelled out; and in seconds, fused.
void measure_cost(Run& run) {
    constexpr std::size_t n = 64, times = 1000;
    Random rng(run.seed);
    Linear<float> linear(n, n, rng);
    BatchNorm<float> norm(n);
    norm.weight->value = uniform<float>({n}, 2, rng);
    norm.bias->value = uniform<float>({n}, 2, rng);
    const Tensor x = uniform<float>({n, n}, 1, rng);
    Tape<float> training, inference, timed;
    if (run.text("norm") == "batch") {
        spelled_out::batch_norm(linear(training.input(x)));
        norm(linear(timed.input(x)));  // fills the running statistics
        norm.eval();
        const Tensor y = norm(linear(timed.input(x))).value();
        const Tensor folded = fold(linear, norm)(inference.input(x)).value();
        run.values["change by folding"] = distance(y, folded) / length(y);
    } else {
        spelled_out::layer_norm(linear(training.input(x)));
        spelled_out::layer_norm(linear(inference.input(x)));
    }
    count_reductions(run, training, "in training");
    count_reductions(run, inference, "at inference");
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < times; ++i) {
        timed.rewind();
        const auto leaf = timed.variable(x);
        timed.backward(run.text("norm") == "batch" ? batch_norm(leaf, nullptr) : layer_norm(leaf, {n}), x);
    }
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    run.seconds["forward and reverse pass"] = passed.count() / times;
}

}  // namespace

void plan_cost(Experiment& e) {
    for (const char* norm : {"batch", "layer"}) e.plan({{"norm", norm}, {"place", "alone"}}, measure_cost);
}

void claim_cost(Experiment& e) {
    const Config batch{{"norm", "batch"}, {"place", "alone"}}, layer{{"norm", "layer"}, {"place", "alone"}};
    Claim claim{"cheaper", "LayerNorm costs less computation than BatchNorm", Verdict::fails, {}};
    for (const char* when : {"in training", "at inference"})
        for (const char* what : {"reductions ", "numbers read "})
            claim.cases.push_back({fmt::format("{}{}, BatchNorm's minus LayerNorm's", what, when),
                                   e.difference(std::string(what) + when, batch, layer), Is::above, 0});
    const auto change = e.values("change by folding", batch);
    claim.cases.push_back(
        {"relative change of the output by folding BatchNorm into the Linear before it, as at inference",
         change, Is::above, 1e-5});
    e.conclude(
        fmt::format("Folded into the Linear before it, BatchNorm gives the same outputs but for {:.1g} of "
                    "them; at inference it takes {:g} sums or means fewer than LayerNorm.",
                    median(change), -median(claim.cases[2].per_seed)));
    e.claim(std::move(claim));
}

}  // namespace tapedeck::demos::lab
