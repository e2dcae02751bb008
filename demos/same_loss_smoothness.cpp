// same_loss_smoothness: how smooth the loss is along the gradient, at the same step and at the same loss
#include "demos/common/evaluation.hpp"
#include "demos/common/nets.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;
using Net = tapedeck::Sequential<float>;
using Tensor = tapedeck::Tensor<float>;

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

/// The loss over the samples in training mode; the gradients are left in the parameters.
double loss_and_gradients(Net& net, const Dataset& data, const Batch& samples) {
    tapedeck::Tape<float> tape;
    const KeepState keep(net);
    net.zero_grad();
    const auto loss = loss_of(data, net(tape.input(samples.x, "x")), samples);
    tape.backward(loss);
    return loss.item();
}

double length(const std::vector<Tensor>& vector) {
    double sum = 0;
    for (const Tensor& t : vector) sum = std::inner_product(t.begin(), t.end(), t.begin(), sum);
    return std::sqrt(sum);
}

/// Walks against the gradient, one half to four times as far as the optimizer's step (Santurkar 2018,
/// section 3.1), and measures how much the loss and the gradient change on the way.
std::map<std::string, double> landscape(Net net, const Dataset& data, const Batch& probe, double lr) {
    const auto parameters = net.parameters();
    double lowest = loss_and_gradients(net, data, probe), highest = lowest;
    std::vector<Tensor> start, gradient, change;
    for (const auto* p : parameters) {
        start.push_back(p->value);
        gradient.push_back(p->grad);
    }
    change = gradient;
    double largest = 0, beta = 0;
    for (double multiple = 0.5; multiple <= 4; multiple += 0.5) {
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            parameters[i]->value = start[i] - static_cast<float>(multiple * lr) * gradient[i];
            parameters[i]->changed();
        }
        const double loss = loss_and_gradients(net, data, probe);
        lowest = std::min(lowest, loss);
        highest = std::max(highest, loss);
        for (std::size_t i = 0; i < parameters.size(); ++i) change[i] = parameters[i]->grad - gradient[i];
        largest = std::max(largest, length(change));
        beta = std::max(beta, length(change) / (multiple * lr * length(gradient)));
    }
    return {{"range of the loss", highest - lowest},
            {"change of the gradient", largest},
            {"effective beta", beta}};
}

void measure(Run& run, const Dataset& data, const Plan& plan) {
    tapedeck::Random weights(run.seed), order = weights.fork();
    Net net = make_mlp(plan.sizes, weights, {.norm = run.text("norm")});
    std::vector<std::size_t> first(plan.probe);
    std::iota(first.begin(), first.end(), 0);
    Batch probe;
    fill(probe, data, data.train, first);
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
            .y_label = what,
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

    Claim claim{"smoother", "BatchNorm works because it makes the loss smoother", Verdict::depends, {}};
    const auto share = [&](const char* what, const char* matched, double at) {
        return e.ratio(name_at(what, matched, at), {{"norm", "batch"}}, {{"norm", "none"}});
    };
    std::string ratios;
    for (const auto& [matched, at] : kJudged) {
        for (const char* what : kMeasures)
            claim.cases.push_back({name_at(what, matched, at) + ", BatchNorm's over that without a norm",
                                   share(what, matched, at), Is::below, 1});
        ratios += fmt::format("{}{:.2f} and {:.2f} at {} {:g}", ratios.empty() ? "" : ", ",
                              median(share("range of the loss", matched, at)),
                              median(share("effective beta", matched, at)), matched, at);
    }
    e.conclude(fmt::format(
        "Range of the loss and effective beta along the gradient, BatchNorm's over those without "
        "a norm: {} (medians of {} seeds). Whether smoothness is why it works, this does not test.",
        ratios, e.seeds().size()));
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
             "gradient change on the way (Santurkar 2018): of nets at the same step, and of nets at the same "
             "loss.",
         .body = body});
}
