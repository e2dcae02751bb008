// covariate_shift: how far a step moves what each layer is given, with and without a norm
#include "demos/common/evaluation.hpp"
#include "demos/common/nets.hpp"
#include "demos/common/samples.hpp"
#include "demos/covariate_shift/cost.hpp"
#include "demos/covariate_shift/movement.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"

#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/format.h>

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;
using Net = tapedeck::Sequential<float>;

struct Plan {
    Counts counts{5000, 1000, 0};
    std::size_t steps = 160, every = 20, batch = 64, width = 64;
};

Plan plan_of(const Experiment& e) {
    if (!e.full()) return {};
    return {.counts = {50'000, 10'000, 0}, .steps = 3'000, .every = 150, .width = 100};
}

constexpr std::array<std::pair<const char*, const char*>, 2> kNorms{
    {{"batch", "BatchNorm"}, {"layer", "LayerNorm"}}};

std::vector<std::size_t> sizes_of(std::size_t width) {
    std::vector<std::size_t> sizes(kHidden + 2, width);
    sizes.front() = 784;
    sizes.back() = 10;
    return sizes;
}

void measure(Run& run, const Dataset& data, const Plan& plan) {
    tapedeck::Random weights(run.seed), order = weights.fork();
    Net net = make_mlp(sizes_of(plan.width), weights,
                       {.norm = run.text("norm"),
                        .activation = run.text("activation"),
                        .norm_after_activation = run.text("place") == "after"});
    const Batch probe = first_samples(data, data.train, 256);

    std::optional<Net> before;
    Movement moved;
    const auto watch = [&](std::size_t step, tapedeck::Variable<float>) {
        if (before) add_movement(moved, *before, net, data, probe);
        before.reset();
        if (step % plan.every == 0) before = net;
    };
    const double last =
        train(net, data, order,
              {.steps = plan.steps + 1, .batch = plan.batch, .lr = 0.1, .optimizer = "sgd", .watch = watch});
    const auto measurements = static_cast<double>(plan.steps / plan.every);
    for (const std::string what : kMoved) {
        const auto& sums = moved[what];
        for (std::size_t i = 0; i < kHidden; ++i)
            run.add(what, static_cast<double>(i + 1), sums[i] / measurements);
        run.values[what] = std::accumulate(sums.begin(), sums.end(), 0.0) / measurements / kHidden;
        run.values["growth of " + what] = sums.back() / sums.front();
        if (!std::isfinite(last)) run.values[what] = run.values["growth of " + what] = last;
    }
    run.values["validation loss"] =
        Evaluation(net, data).score(data.validation, data.validation.count, 250).loss;
}

void draw(Experiment& e) {
    Sheet movement{.name = "movement",
                   .heading = "How far one step moves what a layer is given",
                   .hint =
                       "Upper row: the norm before the tanh; lower row: after it, where only gamma and beta "
                       "move what BatchNorm "
                       "gives. Left: the features' means, beside their spread; middle: their variances; "
                       "right: a layer's gradient, when only the layers below it make their step.",
                   .plots = {},
                   .columns = 3};
    int group = 0;
    for (const char* place : {"before", "after"})
        for (const char* what : kMoved)
            movement.plots.push_back(
                {.title = fmt::format("{}, norm {}", what, place),
                 .x_label = "hidden layers below",
                 .y_label = "relative movement (log)",
                 .y_log = true,
                 .layers = {{.measured = what, .where = {{"place", "no norm"}, {"activation", "tanh"}}},
                            {.measured = what, .where = {{"place", place}, {"activation", "tanh"}}}},
                 .y_group = group++ % 3 + 1});
    e.draw(std::move(movement));
    Sheet places{.name = "before-or-after",
                 .heading = "The norm before and after the activation",
                 .hint = "Is one place lower than the other, in every seed?",
                 .plots = {}};
    for (const char* activation : {"tanh", "relu"})
        places.plots.push_back({.title = activation,
                                .x_label = "place of the norm",
                                .y_label = "validation loss",
                                .layers = {{.way = Way::dots,
                                            .measured = "validation loss",
                                            .x = "place",
                                            .where = {{"activation", activation}}}},
                                .y_group = 4});
    e.draw(std::move(places));
}

void claim_shift(Experiment& e) {
    Claim claim{"covariate-shift",
                "the norms reduce internal covariate shift, which grows with depth",
                Verdict::depends,
                {}};
    const Config none{{"norm", "none"}, {"activation", "tanh"}};
    for (const auto& [norm, title] : kNorms)
        for (const char* what : kMoved)
            claim.cases.push_back(
                {fmt::format("movement of the {} by a step, {} (before tanh) over none", what, title),
                 e.ratio(what, {{"norm", norm}, {"place", "before"}, {"activation", "tanh"}}, none),
                 Is::below, 1});
    for (const std::string what : kMoved)
        claim.cases.push_back(
            {"movement of the " + what + " without a norm, the last layer's over the first's",
             e.values("growth of " + what, none), Is::above, 1});
    e.claim(claim);
    const auto middle = [&](std::size_t i) { return median(claim.cases[i].per_seed); };
    const auto say = [&](const char* what, std::size_t i) {
        e.conclude(
            fmt::format("With BatchNorm a step moves {} {:.2f} times as far as without a norm, with "
                        "LayerNorm {:.2f} times (median over the seeds).",
                        what, middle(i), middle(i + kMoved.size())));
    };
    say("the mean of what a layer is given", 0);
    say("a layer's gradient, by the layers below it,", 2);
}

void claim_place(Experiment& e) {
    Claim claim{"before-activation", "the norm belongs before the activation", Verdict::depends, {}};
    std::size_t before = 0;
    for (const char* activation : {"tanh", "relu"})
        for (const auto& [norm, title] : kNorms) {
            const auto net = [&, norm = norm](const char* place) -> Config {
                return {{"norm", norm}, {"place", place}, {"activation", activation}};
            };
            claim.cases.push_back(
                {fmt::format("validation loss with {} after {}, minus before", title, activation),
                 e.difference("validation loss", net("after"), net("before")), Is::above, 0});
            before += claim.cases.back().holding();
        }
    e.conclude(fmt::format("Before the activation the validation loss is lower in {} of {} comparisons.",
                           before, claim.cases.size() * e.seeds().size()));
    e.claim(std::move(claim));
}

void body(Experiment& e) {
    const Plan plan = plan_of(e);
    const Dataset data = e.images(plan.counts);
    const auto task = [&](Run& run) { measure(run, data, plan); };
    for (const char* activation : {"tanh", "relu"}) {
        e.plan({{"norm", "none"}, {"place", "no norm"}, {"activation", activation}}, task);
        for (const auto& [norm, title] : kNorms)
            for (const char* place : {"before", "after"})
                e.plan({{"norm", norm}, {"place", place}, {"activation", activation}}, task);
    }
    plan_cost(e, data);
    e.measure();
    draw(e);
    claim_shift(e);
    claim_place(e);
    claim_cost(e);
    if (e.deck() == nullptr) return;
    for (const char* norm : {"none", "batch", "layer"}) {
        tapedeck::Random weights(e.seeds().front()), order = weights.fork();
        Net net = make_mlp(sizes_of(8), weights, {.norm = norm});
        train_for_deck(*e.deck(), norm, net, data, order, {.batch = 8, .lr = 0.1, .optimizer = "sgd"});
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "covariate_shift",
         .question = "Do the norms reduce internal covariate shift?",
         .about = "A step of SGD changes every layer at once: an MLP of six hidden layers on "
                  "Fashion-MNIST is asked "
                  "how far that moves what its layers are given. And: where should a norm stand, "
                  "and what does it cost?",
         .setup = "784-64-64-64-64-64-64-10, SGD, learning rate 0.1, 160 batches of 64, from 5,000 "
                  "images. Before and after every 20th step the net is given the same 256 "
                  "training samples, in training mode. Validation loss on 1,000 images.",
         .why = "Ioffe and Szegedy (2015) explained BatchNorm by covariate shift: a step of the layers below "
                "changes what a layer is given. BatchNorm before the tanh fixes each feature's mean and "
                "variance, but for gamma and beta; LayerNorm fixes a sample's, so that a feature's may go on "
                "moving. Santurkar et al. (2018, How does batch normalization help optimization?) put noise "
                "behind BatchNorm, and it trained as well: this measurement does not explain why a norm "
                "helps. Movement of a mean: how far it goes, over the samples' deviation; of a variance or "
                "gradient: its change over its own length; the gradient's is by the steps of the layers "
                "below alone (their definition 2.1). Reductions are sums and means. Folding: at inference "
                "BatchNorm is a fixed scale and shift, which the Linear before it takes in.",
         .full = "50,000 images, 3,000 steps, layers of 100; a few minutes.",
         .body = body});
}
