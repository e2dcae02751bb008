// same_loss_smoothness: how smooth the loss is along the gradient, at the same step and at the same loss
#include "demos/common/evaluation.hpp"
#include "demos/common/nets.hpp"
#include "demos/common/samples.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"
#include "demos/same_loss_smoothness/landscape.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

struct Plan {
    Counts counts{5000, 0, 0};
    std::vector<std::size_t> sizes{784, 64, 64, 64, 10};
    std::size_t most_steps = 400, batch = 64, probe = 256;
    double lr = 0.1;
};

Plan plan_of(const Experiment& e) {
    if (!e.full()) return {};
    return {.counts = {50'000, 0, 0}, .sizes = {784, 256, 256, 256, 10}, .most_steps = 1000, .probe = 500};
}

constexpr std::array<std::size_t, 7> kSteps{0, 25, 50, 100, 200, 300, 400};
constexpr std::array<double, 7> kLosses{2.0, 1.5, 1.0, 0.8, 0.6, 0.5, 0.4};
/// Where the claim is judged: early and late in the training.
constexpr std::array<std::pair<const char*, double>, 4> kJudged{
    {{"step", 50}, {"step", 200}, {"loss", 1.0}, {"loss", 0.5}}};
constexpr std::array kMeasures{"range of the loss", "change of the gradient", "effective beta"};

std::string name_at(const std::string& what, const char* matched, double at) {
    return fmt::format("{} at {} {:g}", what, matched, at);
}

void measure(Run& run, const Dataset& data, const Plan& plan) {
    tapedeck::Random weights(run.seed), order = weights.fork();
    Net net = make_mlp(plan.sizes, weights, {.norm = run.text("norm")});
    const Batch probe = first_samples(data, data.train, plan.probe);
    Evaluation evaluation(net, data);
    const auto record = [&](const char* matched, double at) {
        for (const auto& [what, number] : landscape(net, data, probe, plan.lr)) {
            run.add(fmt::format("{}, same {}", what, matched), at, number);
            run.values[name_at(what, matched, at)] = number;
        }
    };
    for (const auto& [matched, at] : kJudged)  // a training may not come so far
        for (const char* what : kMeasures) run.values[name_at(what, matched, at)] = std::nan("");
    auto level = kLosses.begin();
    // The watch comes before the optimizer's step, so after step - 1 of them.
    const auto watch = [&](std::size_t step, tapedeck::Variable<float>) {
        const auto done = static_cast<double>(step - 1);
        const double loss = evaluation.train_mode_score(data.train, plan.probe, plan.probe).loss;
        if (std::find(kSteps.begin(), kSteps.end(), step - 1) != kSteps.end()) {
            record("step", done);
            run.add("loss", done, loss);
            run.values[name_at("loss", "step", done)] = loss;
        }
        for (; level != kLosses.end() && loss <= *level; ++level) record("loss", *level);
    };
    train(net, data, order,
          {.steps = plan.most_steps + 1,
           .batch = plan.batch,
           .lr = plan.lr,
           .optimizer = "sgd",
           .watch = watch});
}

Plot panel(const std::string& what, const char* x_label, const std::string& measured) {
    return {.title = what,
            .x_label = x_label,
            .y_label = what + " (log)",
            .y_log = true,
            .layers = {{.measured = measured}}};
}

void draw(Experiment& e) {
    Sheet by_step{.name = "same-step",
                  .heading = "Along the gradient, nets at the same step",
                  .hint = "Nets that learn faster are compared here late in their training.",
                  .plots = {panel("training loss", "steps", "loss")}};
    Sheet by_loss{.name = "same-loss",
                  .heading = "Along the gradient, nets at the same loss",
                  .hint = "Training runs from right to left. The scale of the weights has a part in this.",
                  .plots = {},
                  .columns = 3};
    for (const std::string what : kMeasures) {
        by_step.plots.push_back(panel(what, "steps", what + ", same step"));
        by_loss.plots.push_back(panel(what, "training loss", what + ", same loss"));
    }
    e.draw(std::move(by_step));
    e.draw(std::move(by_loss));
}

void body(Experiment& e) {
    const Plan plan = plan_of(e);
    const Dataset data = e.images(plan.counts);
    for (const char* norm : {"none", "batch", "layer"})
        e.plan({{"norm", norm}}, [&](Run& run) { measure(run, data, plan); });
    e.measure();
    draw(e);

    Claim claim{"smoother", "BatchNorm makes the loss smoother along the gradient", Verdict::depends, {}};
    const auto share = [&](const char* what, const char* matched, double at) {
        return e.ratio(name_at(what, matched, at), {{"norm", "batch"}}, {{"norm", "none"}});
    };
    Table table{"BatchNorm's over that without a norm, medians: below 1 is smoother", {"where"}, {}};
    table.columns.insert(table.columns.end(), kMeasures.begin(), kMeasures.end());
    std::map<std::string, int> smoother;
    for (const auto& [matched, at] : kJudged) {
        auto& row = table.rows.emplace_back(1, fmt::format("{} {:g}", matched, at));
        for (const char* what : kMeasures) {
            const auto ratios = share(what, matched, at);
            claim.cases.push_back({name_at(what, matched, at) + ", BatchNorm's over that without a norm",
                                   ratios, Is::below, 1});
            row.push_back(fmt::format("{:.2f}", median(ratios)));
            smoother[matched] += median(ratios) < 1;
        }
    }
    e.show(std::move(table));
    e.conclude(
        fmt::format("Of six comparisons with a net without a norm, BatchNorm is smoother in {} at the same "
                    "step, and in {} at the same loss (median over the seeds).",
                    smoother["step"], smoother["loss"]));
    e.claim(std::move(claim));
    if (e.deck() != nullptr) {
        for (const char* norm : {"none", "batch", "layer"}) {
            tapedeck::Random weights(e.seeds().front()), order = weights.fork();
            Net net = make_mlp({784, 16, 16, 16, 10}, weights, {.norm = norm});
            train_for_deck(*e.deck(), norm, net, data, order,
                           {.batch = 8, .lr = plan.lr, .optimizer = "sgd"});
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "same_loss_smoothness",
         .question = "Does BatchNorm make the loss smoother?",
         .about =
             "While an MLP learns Fashion-MNIST with SGD, walks along the gradient measure how much loss and "
             "gradient change on the way (Santurkar et al. 2018): of nets at the same step, and of nets at "
             "the same "
             "loss.",
         .setup =
             "784-64-64-64-10, tanh, SGD, learning rate 0.1, 400 batches of 64 from 5,000 images. The walk "
             "is in training mode on the first 256 training samples, against their gradient, 0.5 to 4 "
             "times as far as a step of SGD.",
         .why =
             "Santurkar, Tsipras, Ilyas, Madry (2018, How does batch normalization help optimization?) "
             "walked "
             "along the gradient at the same step and found less change with BatchNorm. But what learns "
             "faster is further on at the same step, where the loss is flatter anyhow: compare at the same "
             "loss, too. A norm also makes the gradient larger where the weights are small, and so the walk "
             "longer. Which of these it is, this measurement does not explain, nor whether smoothness is why "
             "BatchNorm works. Words: the range of the loss is its highest less its lowest on the walk; the "
             "change of the gradient is the longest difference from the one at the start; effective beta is "
             "that difference over the distance walked, at its largest: a bound for the curvature on the "
             "way.",
         .full = "50,000 images, layers of 256, 1,000 steps; a few minutes.",
         .body = body});
}
