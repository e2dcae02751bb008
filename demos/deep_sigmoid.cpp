// deep_sigmoid: the first figure of the BatchNorm paper, three sigmoid layers with and without a norm
#include "demos/common/evaluation.hpp"
#include "demos/common/nets.hpp"
#include "demos/common/samples.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

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

constexpr std::array kPercentiles{15.0, 50.0, 85.0};
constexpr std::array kRates{0.1, 0.5, 2.5};
constexpr double kUsualRate = kRates[0];
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
        const auto place = std::lround(percent / 100 * static_cast<double>(sorted.size() - 1));
        run.add(percentile_name(percent), step, sorted[static_cast<std::size_t>(place)]);
    }
}

void measure(Run& run, const Dataset& data, const Plan& plan) {
    tapedeck::Random weights(run.seed), order = weights.fork();
    auto net = make_mlp(plan.sizes, weights, {.norm = run.text("norm"), .activation = "sigmoid"});
    Evaluation evaluation(net, data);
    const Batch probe = first_samples(data, data.validation, plan.probe);
    run.values["early accuracy"] = 0;  // stays so if it diverges before: then it guesses nothing
    // The watch comes before the optimizer's step, so after step - 1 of them.
    const auto watch = [&](std::size_t step, tapedeck::Variable<float>) {
        if ((step - 1) % plan.every != 0) return;
        const auto at = static_cast<double>(step - 1);
        const double accuracy = evaluation.score(data.validation, data.validation.count, 250).accuracy;
        run.add("accuracy", at, accuracy);
        if (step - 1 == plan.early) run.values["early accuracy"] = accuracy;
        record_percentiles(run, at, net, probe);
    };
    train(net, data, order,
          {.steps = plan.steps + 1,
           .batch = plan.batch,
           .lr = run.number("learning rate"),
           .optimizer = "sgd",
           .watch = watch});
}

std::vector<double> early(const Experiment& e, const char* norm, double lr = kUsualRate) {
    return e.values("early accuracy", {{"norm", norm}, {"learning rate", lr}});
}

/// Each seed's best accuracy over the learning rates.
std::vector<double> best(const Experiment& e, const char* norm) {
    std::vector<double> result(e.seeds().size(), 0);
    for (const double lr : kRates)
        result = e.both(result, early(e, norm, lr), [](double a, double b) { return std::max(a, b); });
    return result;
}

void draw(Experiment& e, const Plan& plan) {
    const Plot over_time{.title = fmt::format("learning rate {:g}", kUsualRate),
                         .x_label = "steps",
                         .y_label = "validation accuracy",
                         .layers = {{.measured = "accuracy", .where = {{"learning rate", kUsualRate}}}},
                         .y_group = 1};
    const Plot at_the_end{
        .title = fmt::format("after {} steps", plan.early),
        .x_label = "learning rate (log)",
        .y_label = "validation accuracy",
        .x_log = true,
        .layers = {{.way = Way::against, .measured = "early accuracy", .x = "learning rate"}},
        .y_group = 1};
    e.draw({.name = "accuracy",
            .heading = "Three layers of sigmoids: how fast they learn",
            .hint =
                "Left: when does each line leave 0.1, the accuracy of a guess? Right: is it only a matter of "
                "the learning rate?",
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

    const std::minus<double> minus;
    e.claim({.id = "deep-sigmoid",
             .says = "BatchNorm speeds up the training of deep sigmoid nets",
             .expected = Verdict::stands,
             .cases = {
                 {fmt::format("accuracy after {} steps at learning rate {:g}, BatchNorm's minus that "
                              "without a norm",
                              plan.early, kUsualRate),
                  e.both(early(e, "batch"), early(e, "none"), minus), Is::above, 0},
                 {"accuracy, BatchNorm's minus that without a norm, each at the best of three learning rates",
                  e.both(best(e, "batch"), best(e, "none"), minus), Is::above, 0}}});
    const auto percent = [](const std::vector<double>& accuracy) { return 100 * median(accuracy); };
    e.conclude(fmt::format(
        "After {} steps at learning rate {:g}, {:.0f} % of the validation images are told right without a "
        "norm (a guess: 10 %), {:.0f} % with BatchNorm and {:.0f} % with LayerNorm.",
        plan.early, kUsualRate, percent(early(e, "none")), percent(early(e, "batch")),
        percent(early(e, "layer"))));
    e.conclude(
        fmt::format("Each at the best of three learning rates, it is {:.0f} % without a norm and {:.0f} % "
                    "with BatchNorm.",
                    percent(best(e, "none")), percent(best(e, "batch"))));
    if (e.deck() == nullptr) return;
    for (const auto& [norm, title] : kNorms) {
        tapedeck::Random weights(e.seeds().front()), order = weights.fork();
        auto net = make_mlp({784, 16, 16, 16, 10}, weights, {.norm = norm, .activation = "sigmoid"});
        train_for_deck(*e.deck(), norm, net, data, order, {.batch = 8, .lr = kUsualRate, .optimizer = "sgd"});
    }
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
         .setup =
             "784-100-100-100-10, sigmoids, the norm before each; SGD without momentum at learning rate 0.1, "
             "0.5 or 2.5, 300 steps of 60 samples out of 6,000 images. The accuracy is over 1,000 validation "
             "images, in eval mode; the unit's input in training mode, over 250 of them.",
         .why =
             "A sigmoid's derivative is 0.25 at most, so that three of them shrink the gradient on its way "
             "back; and without a norm a unit's input hardly depends on the image at first, beside its own "
             "offset. A norm gives each sigmoid inputs of variance 1, in its steep part, and spreads the "
             "samples. Ioffe, Szegedy 2015 put the gain down to less internal covariate shift (inputs of a "
             "layer that move while it learns); Santurkar et al. 2018 (How Does Batch Normalization Help "
             "Optimization?) contest that. This measurement does not tell the explanations apart.",
         .full = "50,000 images and 50,000 steps, judged after 1,000; about a quarter of an hour",
         .body = body});
}
