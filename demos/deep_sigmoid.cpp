// deep_sigmoid: the first figure of the BatchNorm paper, three sigmoid layers with and without a norm
#include "demos/common/evaluation.hpp"
#include "demos/common/nets.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

#include <fmt/format.h>

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

/// Ioffe, Szegedy 2015, section 4.1: three layers of 100 sigmoid units, SGD, batches of 60.
struct Plan {
    Counts counts{6000, 1000, 0};
    std::vector<std::size_t> sizes{784, 100, 100, 100, 10};
    std::size_t steps = 300, every = 25, batch = 60, probe = 250;
    std::size_t early = 300;  ///< how fast they learn is judged here
};

Plan plan_of(const Experiment& e) {
    if (!e.full()) return {};
    return {.counts = {50'000, 5'000, 0}, .steps = 50'000, .every = 1'000, .early = 1'000};
}

constexpr std::array<double, 3> kPercentiles{15, 50, 85};
constexpr double kUsualRate = 0.1;
constexpr std::array<double, 3> kRates{kUsualRate, 0.5, 2.5};
constexpr std::array<std::pair<const char*, const char*>, 3> kNorms{
    {{"none", "without a norm"}, {"batch", "BatchNorm"}, {"layer", "LayerNorm"}}};

std::string percentile_name(double percent) { return fmt::format("{:g}th percentile", percent); }

/// The unit's input to the last sigmoid of a network that was just recorded, smallest sample first.
std::vector<float> inputs_of_a_unit(const tapedeck::Tape<float>& tape, std::size_t unit) {
    const tapedeck::Tensor<float>* last = nullptr;
    for (const auto& entry : tape)
        if (entry.op() == "Sigmoid") last = &tape[entry.inputs()[0]].value();
    std::vector<float> values;
    for (std::size_t i = 0; i < last->shape()[0]; ++i) values.push_back((*last)(i, unit));
    std::sort(values.begin(), values.end());
    return values;
}

/// What the sigmoid is given in training mode, for always the same images.
void record_percentiles(Run& run, double step, tapedeck::Module<float>& net, const Batch& probe) {
    const KeepState keep(net);
    tapedeck::Tape<float> tape;
    const auto values_only = tape.pause();
    net(tape.input(probe.x, "x"));
    const auto sorted = inputs_of_a_unit(tape, 0);
    for (const double percent : kPercentiles) {
        const double place = percent / 100 * static_cast<double>(sorted.size() - 1);
        run.add(percentile_name(percent), step, sorted[static_cast<std::size_t>(place + 0.5)]);
    }
}

void measure(Run& run, const Dataset& data, const Plan& plan) {
    tapedeck::Random weights(run.seed), order = weights.fork();
    auto net = make_mlp(plan.sizes, weights, {.norm = run.text("norm"), .activation = "sigmoid"});
    Evaluation evaluation(net, data);
    std::vector<std::size_t> first(plan.probe);
    std::iota(first.begin(), first.end(), 0);
    Batch probe;
    fill(probe, data, data.validation, first);
    // The watch comes before the optimizer's step, so after step - 1 of them.
    const auto watch = [&](std::size_t step, tapedeck::Variable<float>) {
        if ((step - 1) % plan.every != 0) return;
        const auto at = static_cast<double>(step - 1);
        run.add("accuracy", at, evaluation.score(data.validation, data.validation.count, 250).accuracy);
        record_percentiles(run, at, net, probe);
    };
    train(net, data, order,
          {.steps = plan.steps + 1,
           .batch = plan.batch,
           .lr = run.number("learning rate"),
           .optimizer = "sgd",
           .watch = watch});
    run.values["early accuracy"] = std::nan("");  // if it diverges before
    const Points& accuracy = run.series["accuracy"];
    for (std::size_t i = 0; i < accuracy.x.size(); ++i)
        if (accuracy.x[i] == static_cast<double>(plan.early)) run.values["early accuracy"] = accuracy.y[i];
}

/// Each seed's best accuracy over the learning rates.
std::vector<double> best(const Experiment& e, const char* norm) {
    std::vector<double> result(e.seeds().size(), 0);
    for (const double lr : kRates)
        result = e.both(result, e.values("early accuracy", {{"norm", norm}, {"learning rate", lr}}),
                        [](double a, double b) { return std::max(a, b); });
    return result;
}

void draw(Experiment& e, const Plan& plan) {
    const Config usual{{"learning rate", kUsualRate}};
    const Plot over_time{.title = fmt::format("learning rate {:g}", kUsualRate),
                         .x_label = "steps",
                         .y_label = "validation accuracy",
                         .layers = {{.measured = "accuracy", .where = usual}},
                         .y_group = 1};
    const Plot at_the_end{
        .title = fmt::format("after {} steps", plan.early),
        .x_label = "learning rate",
        .y_label = "validation accuracy",
        .x_log = true,
        .layers = {{.way = Way::against, .measured = "early accuracy", .x = "learning rate"}},
        .y_group = 1};
    e.draw({.name = "accuracy",
            .heading = "Three layers of sigmoids: how fast they learn",
            .hint =
                "Left: when does each line leave 0.1, the accuracy of a guess? Right: is it only a matter "
                "of the learning rate?",
            .plots = {over_time, at_the_end}});

    Sheet inputs{.name = "input-of-a-unit",
                 .heading = "What one unit of the third layer gives to its sigmoid",
                 .hint =
                     "The 15th, 50th and 85th percentile over the same images, from bottom to top. A sigmoid "
                     "is steep between -2 and 2. Outside, and where the three lines lie on each other, the "
                     "unit tells the layer above little of the image.",
                 .plots = {},
                 .columns = 3};
    for (const auto& [norm, title] : kNorms) {
        Plot panel{.title = title, .x_label = "steps", .y_label = "input to the sigmoid", .y_group = 2};
        for (const double percent : kPercentiles)
            panel.layers.push_back({.measured = percentile_name(percent),
                                    .where = {{"norm", norm}, {"learning rate", kUsualRate}}});
        inputs.plots.push_back(std::move(panel));
    }
    e.draw(std::move(inputs));
}

void body(Experiment& e) {
    const Plan plan = plan_of(e);
    const Dataset data = e.images(plan.counts);
    for (const double lr : kRates)
        for (const auto& [norm, title] : kNorms)
            e.plan({{"norm", norm}, {"learning rate", lr}}, [&](Run& run) { measure(run, data, plan); });
    e.measure();
    draw(e, plan);

    const auto minus = std::minus<double>();
    const auto gain = e.difference("early accuracy", {{"norm", "batch"}, {"learning rate", kUsualRate}},
                                   {{"norm", "none"}, {"learning rate", kUsualRate}});
    const auto gain_at_best = e.both(best(e, "batch"), best(e, "none"), minus);
    e.claim({.id = "deep-sigmoid",
             .says = "BatchNorm speeds up the training of deep sigmoid nets",
             .expected = Verdict::stands,
             .cases = {{fmt::format("accuracy after {} steps at learning rate {:g}, BatchNorm's minus that "
                                    "without a norm",
                                    plan.early, kUsualRate),
                        gain, Is::above, 0},
                       {"the same, each at the best of three learning rates", gain_at_best, Is::above, 0}}});
    if (e.deck() != nullptr) {
        for (const auto& [norm, title] : kNorms) {
            tapedeck::Random weights(e.seeds().front()), order = weights.fork();
            auto net = make_mlp({784, 16, 16, 16, 10}, weights, {.norm = norm, .activation = "sigmoid"});
            train_for_deck(*e.deck(), norm, net, data, order,
                           {.batch = 8, .lr = kUsualRate, .optimizer = "sgd"});
        }
    }
    const auto at_usual = [&](const char* norm) {
        return median(e.values("early accuracy", {{"norm", norm}, {"learning rate", kUsualRate}}));
    };
    e.conclude(fmt::format(
        "After {} steps at learning rate {:g} the accuracy is {:.3f} without a norm, {:.3f} with BatchNorm, "
        "{:.3f} "
        "with LayerNorm; each at its best of three rates {:.3f}, {:.3f} and {:.3f} (medians of {} seeds).",
        plan.early, kUsualRate, at_usual("none"), at_usual("batch"), at_usual("layer"),
        median(best(e, "none")), median(best(e, "batch")), median(best(e, "layer")), e.seeds().size()));
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "deep_sigmoid",
         .question = "Does a norm speed up a deep network of sigmoids?",
         .about =
             "Three layers of 100 sigmoid units learn Fashion-MNIST with SGD, batches of 60, as in the first "
             "figure of the BatchNorm paper.",
         .body = body});
}
