// gradient_through_time: how gradients shrink or grow over time steps and layers, with and without a norm
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/ops/activation.hpp>
#include <tapedeck/core/ops/matmul.hpp>
#include <tapedeck/core/ops/normalize.hpp>
#include <tapedeck/core/ops/reduce.hpp>

#include "demos/lab/experiment.hpp"
#include "demos/lab/nets.hpp"

namespace {

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

struct Plan {
    std::size_t steps = 100, layers = 30, hidden = 64, batch = 32, inputs = 16;
};

Plan plan_of(const Experiment& e) {
    if (!e.full()) return {};
    // Cooijmans 2016: the 784 pixels of an image, one a step, to 100 units.
    return {.steps = 784, .layers = 100, .hidden = 100, .batch = 64, .inputs = 1};
}

/// What the gradient comes through: an RNN, which has the same weights at each step, or an MLP.
struct Net {
    const char* name;
    bool recurrent = true, identity = false;
    double scale = 1;   ///< of the weights
    double inputs = 1;  ///< their standard deviation
};
const std::vector<Net> kNets{{.name = "RNN, orthogonal"},
                             {.name = "RNN, identity", .identity = true},
                             {.name = "RNN, orthogonal times 3", .scale = 3},
                             {.name = "RNN, identity, inputs near 0", .identity = true, .inputs = 0.01},
                             {.name = "MLP, orthogonal", .recurrent = false},
                             {.name = "MLP, orthogonal times 3", .recurrent = false, .scale = 3}};
const std::vector<double> kGammas{1, 0.1};

template <class T>
Tensor<T> normal(const Shape& shape, double deviation, Random& rng) {
    Tensor<T> x = Tensor<T>::from_shape(shape);
    for (T& value : x) value = static_cast<T>(rng.normal(0, deviation));
    return x;
}

/// The identity, or a random orthogonal matrix by Gram's and Schmidt's method; times net.scale.
template <class T>
Tensor<T> square_weights(const Net& net, std::size_t n, Random& rng) {
    if (net.identity) return xt::eye<T>(n) * static_cast<T>(net.scale);
    Tensor<T> w = normal<T>({n, n}, 1, rng);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            T dot = 0;
            for (std::size_t k = 0; k < n; ++k) dot += w(i, k) * w(j, k);
            for (std::size_t k = 0; k < n; ++k)
                w(i, k) = j < i ? w(i, k) - dot * w(j, k) : w(i, k) / std::sqrt(dot);
        }
    }
    return w * static_cast<T>(net.scale);
}

template <class T>
RNNCell<T> make_cell(const Net& net, const Plan& plan, const std::string& norm, double gamma, Random& rng) {
    RNNCell<T> cell(plan.inputs, plan.hidden, rng, {.norm = rnn_norm(norm), .steps = plan.steps});
    cell.weight_hh->value = square_weights<T>(net, plan.hidden, rng);
    for (const auto& [name, parameter] : cell.named_parameters()) {
        if (name.starts_with("bias")) parameter->value.fill(0);
        if (name == "norm.weight") parameter->value.fill(static_cast<T>(gamma));
    }
    return cell;
}

/// The hidden states of a random sequence, first to last.
template <class T>
std::vector<Variable<T>> through_time(Tape<T>& tape, RNNCell<T>& cell, const Net& net, const Plan& plan,
                                      Random& rng) {
    tape.rewind();
    std::vector<Variable<T>> h;
    for (std::size_t t = 0; t < plan.steps; ++t) {
        const auto x = tape.input(normal<T>({plan.batch, plan.inputs}, net.inputs, rng));
        h.push_back((h.empty() ? cell(x) : cell(x, h.back())).named(fmt::format("h{}", t + 1)));
    }
    return h;
}

std::vector<Variable<double>> through_layers(Tape<double>& tape, const Net& net, const Plan& plan,
                                             const std::string& norm, double gamma, Random& rng) {
    std::vector<Variable<double>> h;
    const auto x = tape.variable(normal<double>({plan.batch, plan.hidden}, net.inputs, rng));
    const auto weight = tape.input(full<double>({plan.hidden}, gamma));
    for (std::size_t i = 0; i < plan.layers; ++i) {
        auto z = matmul(h.empty() ? x : h.back(), tape.input(square_weights<double>(net, plan.hidden, rng)));
        if (norm == "layer") z = layer_norm(z, {plan.hidden}, weight);
        if (norm == "batch") z = batch_norm(z, nullptr, weight);
        h.push_back(tanh(z));
    }
    return h;
}

/// A loss whose gradient at h is random.
template <class T>
Variable<T> random_loss(const Variable<T>& h, Random& rng) {
    return sum(h * h.tape().input(normal<T>(h.shape(), 1, rng))).named("loss");
}

constexpr const char* kGradient = "log10 of the gradient's norm, relative to the last step's";
constexpr const char* kAtFirst = "the first's gradient, log10 relative to the last's";

/// In double, so that what has vanished is still a number.
void measure(Run& run, const Net& net, const Plan& plan) {
    const std::string norm = run.text("norm");
    const double gamma = run.number("gamma");
    Random rng(run.seed);
    Tape<double> tape;
    auto cell = make_cell<double>(net, plan, norm, gamma, rng);
    if (norm == "batch-shared") {
        // In training mode it would be BatchNorm per step. Here it gathers running statistics for eval mode.
        const auto values_only = tape.pause();
        for (int pass = 0; pass < 5; ++pass) through_time(tape, cell, net, plan, rng);
        cell.eval();
    }
    const auto h = net.recurrent ? through_time(tape, cell, net, plan, rng)
                                 : through_layers(tape, net, plan, norm, gamma, rng);
    tape.backward(random_loss(h.back(), rng));
    const auto size = [](const Variable<double>& v) {
        double squares = 0;
        for (const double g : v.grad()) squares += g * g;
        return std::log10(squares) / 2;
    };
    for (std::size_t i = 0; i < h.size(); ++i)
        run.add(kGradient, static_cast<double>(i + 1), size(h[i]) - size(h.back()));
    run.values[kAtFirst] = size(h.front()) - size(h.back());
}

void draw(Experiment& e) {
    std::vector<Plot> panels;
    for (const Net& net : kNets)
        for (const double gamma : kGammas)
            panels.push_back(
                {.title = fmt::format("{}; gamma = {:g}", net.name, gamma),
                 .x_label = net.recurrent ? "time step t" : "layer",
                 .y_label = "log10",
                 .layers = {{.measured = kGradient, .where = {{"net", net.name}, {"gamma", gamma}}}},
                 .guides = {0},
                 .y_group = static_cast<int>(&net - kNets.data()) + 1});
    e.draw(
        {.name = "gradients",
         .heading = "The norm of dL/dh at each time step or layer, relative to the last",
         .hint =
             "Read from right to left, as the gradient runs: up it explodes, down it vanishes. BatchNorm "
             "is in training mode, each step with the batch's own statistics; BatchNorm, shared, is in "
             "eval mode, all steps with the same running statistics. Gamma does not matter without a norm.",
         .plots = panels});
}

void judge(Experiment& e) {
    constexpr double kMost = 3;
    std::vector<Case> cases;
    std::vector<double> medians;
    for (const Net& net : kNets)
        for (const double gamma : kGammas) {
            const Config where{{"norm", "layer"}, {"net", net.name}, {"gamma", gamma}};
            std::vector<double> decades = e.values(kAtFirst, where);
            medians.push_back(median(decades));
            for (double& value : decades) value = std::abs(value);
            cases.push_back(
                {fmt::format("{}, gamma {:g}: decades up or down with LayerNorm", net.name, gamma), decades,
                 Is::below, kMost});
        }
    const auto held = std::count_if(cases.begin(), cases.end(),
                                    [](const Case& c) { return c.holding() == c.per_seed.size(); });
    const auto [low, high] = std::minmax_element(medians.begin(), medians.end());
    e.claim({.id = "vanishing-exploding",
             .says = "LayerNorm stops gradients from exploding or vanishing",
             .expected = Verdict::depends,
             .cases = cases});
    e.conclude(
        fmt::format("With LayerNorm the gradient stays within {:g} decades in {} of {} set-ups in every "
                    "seed; the medians reach from 10 to the {:.1f} to 10 to the {:.1f}.",
                    kMost, held, cases.size(), *low, *high));
}

void body(Experiment& e) {
    const Plan plan = plan_of(e);
    for (const Net& net : kNets)
        for (const double gamma : kGammas)
            for (const char* norm : {"none", "layer", "batch", "batch-shared"})
                if (net.recurrent || std::string_view(norm) != "batch-shared")
                    e.plan({{"norm", norm}, {"net", net.name}, {"gamma", gamma}},
                           [&](Run& run) { measure(run, net, plan); });
    e.measure();
    draw(e);
    judge(e);
    if (e.deck() == nullptr) return;
    const Plan small{.steps = 6, .hidden = 4, .batch = 3, .inputs = 2};
    for (const char* norm : {"none", "layer", "batch"}) {
        Random rng(e.seeds().front());
        Tape<float> tape;
        auto cell = make_cell<float>(kNets[2], small, norm, 1, rng);
        e.deck()->add(norm, "6 steps",
                      random_loss(through_time(tape, cell, kNets[2], small, rng).back(), rng));
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "gradient_through_time",
         .question = "Does a norm stop gradients from vanishing and exploding?",
         .about = "A random loss's gradient runs back through the steps of an untrained RNN and the "
                  "layers of an untrained MLP.",
         .body = body});
}
