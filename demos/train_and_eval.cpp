// train_and_eval: what the norms do at prediction, one row or a hundred, and what BatchNorm carries there
#include "demos/common/nets.hpp"
#include "demos/common/samples.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"
#include "demos/train_and_eval/prediction.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;
using tapedeck::Tensor;
using Net = tapedeck::Sequential<float>;  // 0: fc1, 1: norm1, 2: act1, 3: fc2

// What is measured.
constexpr const char *kAlone = "norm alone, 1 row or 100: elements that differ",
                     *kNetwork = "network, 1 row or 100: relative difference",
                     *kModes = "network, training or eval mode: relative difference",
                     *kFolded = "folded or not: relative difference";

struct Plan {
    Counts counts{2000, 500, 0};
    std::size_t hidden = 64, steps = 200;
};

/// A trained network at prediction: the norm alone on the same pre-activations, and the network as a whole.
void predict(Run& run, const Dataset& data, const Plan& plan) {
    tapedeck::Random weights(run.seed), order = weights.fork();
    Net net = make_mlp({784, plan.hidden, 10}, weights, {.norm = run.text("norm")});
    train(net, data, order, {.steps = plan.steps, .batch = 32});
    const Tensor<float> x = first_samples(data, data.validation, 100).x, before = output(net[0], x);
    Net still = net;  // a copy, since rows that pass in training mode move BatchNorm's running statistics
    still.eval();
    const Tensor<float> whole = output(still, x);
    run.values[kAlone] = elements_that_differ(row_by_row(still[1], before), output(still[1], before));
    run.values[kNetwork] = largest_difference(row_by_row(still, x), whole);
    run.values[kModes] = largest_difference(output(net, x), whole);
    if (run.text("norm") == "batch") run.values[kFolded] = largest_difference(folded_output(still, x), whole);
}

/// How far the running mean is from the mean over 500 samples, in standard deviations (root mean square over
/// the units), while the weights stand still or are trained.
void catch_up(Run& run, const Dataset& data, const Plan& plan) {
    tapedeck::Random weights(run.seed), order = weights.fork();
    const std::string& words = run.text("momentum");
    const auto momentum = words == "cumulative" ? std::nullopt : std::optional(std::stod(words));
    Net net;
    net.add("fc1", tapedeck::Linear<float>(784, plan.hidden, weights));
    net.add("norm1", tapedeck::BatchNorm<float>(plan.hidden, {.momentum = momentum}));
    add_activation(net, "act1", "tanh");
    net.add("fc2", tapedeck::Linear<float>(plan.hidden, 10, weights));
    const auto& running = *dynamic_cast<tapedeck::BatchNorm<float>&>(net[1]).running;
    const Tensor<float> x = first_samples(data, data.train, 500).x;
    const auto watch = [&](std::size_t step, tapedeck::Variable<float>) {
        if (step > 10 && step % std::max<std::size_t>(10, plan.steps / 20) != 0) return;
        const Tensor<float> h = output(net[0], x), mean = xt::mean(h, {0}), var = xt::variance(h, {0});
        run.add("distance", static_cast<double>(step),
                std::sqrt(xt::mean(xt::square(running.mean - mean) / var)()));
    };
    const double lr = run.text("weights") == "trained" ? 1e-2 : 0;
    train(net, data, order, {.steps = plan.steps, .batch = 32, .lr = lr, .watch = watch});
}

/// What each norm says to a batch of one, in eval mode and in training mode.
void show_batch_of_one(Experiment& e) {
    Table table{"A batch of one: 1, 2, 4", {"norm", "in eval mode", "in training mode"}, {}};
    for (const char* norm : {"batch", "layer", "rms"}) {
        Net net;
        add_norm(net, "norm", norm, 3);
        std::vector<std::string> row{norm};
        for (const bool training : {false, true}) {
            net.train(training);
            try {
                const Tensor<float> y = output(net, Tensor<float>{{1, 2, 4}});
                row.push_back(fmt::format("{:.4f}, {:.4f}, {:.4f}", y(0, 0), y(0, 1), y(0, 2)));
            } catch (const tapedeck::ValueError& error) {
                const std::string_view text = error.what(), rest = text.substr(text.find("): ") + 3);
                row.emplace_back(rest.substr(0, rest.find(';')));
            }
        }
        table.rows.push_back(row);
    }
    e.show(table);
}

void show_prediction(Experiment& e) {
    Table table{"100 rows, median over the seeds", {"norm", kAlone, kNetwork, kModes}, {}};
    for (const char* norm : {"batch", "layer", "rms", "group"}) {
        table.rows.push_back({norm});
        for (const char* what : {kAlone, kNetwork, kModes})
            table.rows.back().push_back(fmt::format("{:.2g}", median(e.values(what, {{"norm", norm}}))));
    }
    e.show(table);
}

void draw(Experiment& e) {
    const auto panel = [](const char* title, const char* weights) {
        return Plot{.title = title,
                    .x_label = "training step (log)",
                    .y_label = "distance / standard deviation (log)",
                    .x_log = true,
                    .y_log = true,
                    .layers = {{.measured = "distance", .by = "momentum", .where = {{"weights", weights}}}},
                    .y_group = 1};
    };
    e.draw({.name = "catching-up",
            .heading = "How far BatchNorm's running mean is from the mean, by momentum",
            .hint = "Momentum weighs the new batch: a small one averages well but catches up late. The plain "
                    "average of all batches (cumulative) forgets nothing, which tells once the weights move.",
            .plots = {panel("weights stand still", "still"), panel("weights are trained", "trained")}});
}

void body(Experiment& e) {
    const Plan plan =
        e.full() ? Plan{{50'000, 10'000, 0}, 100, 2000} : Plan{};  // 100 units: Ioffe, Szegedy 2015
    const Dataset data = e.images(plan.counts);
    for (const char* norm : {"batch", "layer", "rms", "group"})
        e.plan({{"norm", norm}}, [&](Run& run) { predict(run, data, plan); });
    for (const char* weights : {"still", "trained"})
        for (const char* momentum : {"0.01", "0.1", "0.5", "cumulative"})
            e.plan({{"weights", weights}, {"momentum", momentum}},
                   [&](Run& run) { catch_up(run, data, plan); });
    e.measure();
    show_prediction(e);
    show_batch_of_one(e);
    draw(e);

    const auto of = [&](const char* norm, const char* what) { return e.values(what, {{"norm", norm}}); };
    e.claim(
        {.id = "whole-batch-at-prediction",
         .says = "BatchNorm needs the whole batch at prediction",
         .expected = Verdict::fails,
         .cases = {{"elements of BatchNorm's output in eval mode, on the same pre-activations, that "
                    "differ between a row alone and the row among 100",
                    of("batch", kAlone), Is::above, 0},
                   {"difference of the BatchNorm network's output in eval mode between a row alone and the "
                    "row among 100, as a share of the largest element",
                    of("batch", kNetwork), Is::above, 1e-5}}});
    e.claim({.id = "train-equals-eval",
             .says = "LayerNorm behaves the same in training and inference",
             .expected = Verdict::stands,
             .cases = {{"difference between training and eval mode of the LayerNorm network's output",
                        of("layer", kModes), Is::exactly, 0},
                       {"elements of LayerNorm's output that differ between a row alone and among 100",
                        of("layer", kAlone), Is::exactly, 0}}});
    e.conclude(fmt::format(
        "In eval mode BatchNorm gives a row {}; the network's outputs differ by {:.1g} of the largest.",
        median(of("batch", kAlone)) == 0 ? "the same numbers alone as among 100"
                                         : "other numbers alone than among 100",
        median(of("batch", kNetwork))));
    e.conclude(
        fmt::format("Folded into the Linear before it, BatchNorm gives the same outputs to within {:.1g} "
                    "(relative).",
                    median(of("batch", kFolded))));
    e.conclude(
        fmt::format("Between training and eval mode the BatchNorm network's outputs change by up to {:.0f} % "
                    "of the largest; LayerNorm's {}.",
                    100 * median(of("batch", kModes)),
                    median(of("layer", kModes)) == 0 ? "do not change at all" : "change, too"));
    if (e.deck() == nullptr) return;
    for (const char* norm : {"batch", "layer"}) {
        tapedeck::Random weights(e.seeds().front()), order = weights.fork();
        Net net = make_mlp({784, 8, 10}, weights, {.norm = norm});
        train_for_deck(*e.deck(), norm, net, data, order, {.batch = 8});
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "train_and_eval",
         .question = "What do the norms need at prediction?",
         .about =
             "A small MLP learns Fashion-MNIST and then predicts one row, or a hundred; BatchNorm's running "
             "statistics are followed while it trains, and folded into the Linear before it.",
         .setup = "784-64-10 with tanh and the norm before it; Adam at learning rate 0.001, 200 steps of 32 "
                  "samples out of 2,000 images; then the first 100 validation images. For the running mean: "
                  "the same net with BatchNorm, learning rate 0 (the weights stand still) or 0.01, held "
                  "against the mean over 500 training images.",
         .why =
             "In training mode BatchNorm takes mean and variance from the batch, in eval mode from running "
             "averages, which are numbers as fixed as a weight: then it is an affine map of each unit (scale "
             "and shift), and can be folded, that is multiplied, into the Linear before it (Ioffe, Szegedy "
             "2015). That is why a row's result does not depend on its neighbours. Momentum is the weight of "
             "the new batch in a running average. The last bits of a network's outputs may still differ, "
             "since a matrix product adds in another order for one row than for 100. LayerNorm, RMSNorm and "
             "GroupNorm look at one row and have no modes.",
         .full = "50,000 images, 100 units, 2,000 steps; about a minute",
         .body = body});
}
