#include "demos/covariate_shift/cost.hpp"

#include <array>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/ops/spelled_out.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>

#include "demos/common/nets.hpp"
#include "demos/covariate_shift/movement.hpp"
#include "demos/lab/training.hpp"

namespace tapedeck::demos::lab {
namespace {

using Tensor = tapedeck::Tensor<float>;

constexpr std::array<std::pair<const char*, const char*>, 5> kNorms{{{"none", "no norm"},
                                                                     {"batch", "BatchNorm"},
                                                                     {"layer", "LayerNorm"},
                                                                     {"rms", "RMSNorm"},
                                                                     {"group", "GroupNorm"}}};

void count_reductions(Run& run, const Tape<float>& tape, const std::string& when) {
    double &count = run.values["reductions " + when], &read = run.values["numbers read " + when];
    for (const auto& entry : tape) {
        if (entry.op() != "Mean" && entry.op() != "Sum") continue;
        ++count;
        read += static_cast<double>(tape[entry.inputs()[0]].value().size());
    }
}

Variable<float> spell_out(const std::string& norm, const Variable<float>& x) {
    if (norm == "batch") return spelled_out::batch_norm(x);
    if (norm == "layer") return spelled_out::layer_norm(x);
    if (norm == "rms") return spelled_out::rms_norm(x);
    return norm == "group" ? spelled_out::group_norm(x, 8) : x;
}

/// What a norm after a Linear costs in sums and means, spelled out.
void count(Run& run) {
    constexpr std::size_t n = 64;
    Random rng(run.seed);
    Linear<float> linear(n, n, rng);
    const Tensor x = uniform<float>({n, n}, 1, rng);
    Tape<float> training, inference, eval;
    spell_out(run.text("norm"), linear(training.input(x)));
    if (run.text("norm") == "batch") {
        const BatchNormOptions options;
        BatchNorm<float> norm(n, options);
        norm.weight->value = uniform<float>({n}, 2, rng);
        norm.bias->value = uniform<float>({n}, 2, rng);
        norm(linear(eval.input(x)));  // fills the running statistics
        norm.eval();
        const Tensor y = norm(linear(eval.input(x))).value();
        const Tensor in_one = folded(linear, norm, options.eps)(inference.input(x)).value();
        run.values["change by folding"] = distance(y, in_one) / length(y);
    } else {
        spell_out(run.text("norm"), linear(inference.input(x)));
    }
    count_reductions(run, training, "in training");
    count_reductions(run, inference, "at inference");
}

void time_training(Run& run, const Dataset& data) {
    constexpr std::size_t steps = 100;
    Random weights(run.seed), order = weights.fork();
    auto net = make_mlp({784, 64, 64, 64, 64, 64, 64, 10}, weights, {.norm = run.text("norm")});
    const auto start = std::chrono::steady_clock::now();
    train(net, data, order, {.steps = steps, .batch = 64, .lr = 0.1, .optimizer = "sgd"});
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    run.seconds["a training step"] = passed.count() / steps;
}

}  // namespace

void plan_cost(Experiment& e, const Dataset& data) {
    for (const auto& [norm, title] : kNorms)
        e.plan({{"norm", norm}, {"place", "alone"}}, [&data](Run& run) {
            count(run);
            time_training(run, data);
        });
}

void claim_cost(Experiment& e) {
    const auto alone = [](const char* norm) -> Config { return {{"norm", norm}, {"place", "alone"}}; };
    const double change = median(e.values("change by folding", alone("batch")));
    Table table{fmt::format("Sums and means over 64 samples of 64 features; at inference BatchNorm is folded "
                            "into the Linear before it, which gives {} outputs",
                            change < 1e-5 ? "the same" : "other"),
                {"norm"},
                {}};
    Claim claim{"cheaper", "LayerNorm costs less computation than BatchNorm", Verdict::fails, {}};
    for (const auto& [norm, title] : kNorms) table.rows.push_back({title});
    for (const std::string when : {"in training", "at inference"})
        for (const std::string what : {"reductions ", "numbers read "}) {
            claim.cases.push_back({fmt::format("{}{}, BatchNorm's minus LayerNorm's", what, when),
                                   e.difference(what + when, alone("batch"), alone("layer")), Is::above, 0});
            table.columns.push_back(what + when);
            for (std::size_t i = 0; i < kNorms.size(); ++i)
                table.rows[i].push_back(
                    fmt::format("{:g}", median(e.values(what + when, alone(kNorms[i].first)))));
        }
    e.show(std::move(table));
    e.conclude(
        fmt::format("Folded into the Linear before it, BatchNorm gives the same outputs to within {:.0e} "
                    "(relative); at inference it takes {:g} sums or means fewer than LayerNorm.",
                    change, -median(claim.cases[2].per_seed)));
    e.claim(std::move(claim));
}

}  // namespace tapedeck::demos::lab
