// gradient_through_time: how gradients shrink or grow over time steps and layers, with and without a norm
#include <cmath>
#include <map>

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/linear.hpp>

#include "demos/lab/experiment.hpp"

namespace {

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

struct Plan {
    std::size_t steps = 100, layers = 30, hidden = 64, batch = 32, inputs = 16;
};

Plan plan_of(const Experiment& e) {
    // Cooijmans 2016: the 784 pixels of an image, one a step, to 100 units.
    return e.full() ? Plan{784, 100, 100, 64, 1} : Plan{};
}

/// What the gradient comes through: an RNN, which has the same weights at each step, or an MLP.
struct Net {
    const char* name;
    bool recurrent = true, identity = false;
    double scale = 1, inputs = 1;  ///< of the weights; the inputs' standard deviation
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

/// The identity, or a random orthogonal matrix (by Gram's and Schmidt's method) times net.scale.
template <class T>
Tensor<T> square_weights(const Net& net, std::size_t n, Random& rng) {
    if (net.identity) return xt::eye<T>(n);
    Tensor<T> w = normal<T>({n, n}, 1, rng);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            T dot = 0;
            for (std::size_t k = 0; k < n; ++k) dot += w(i, k) * w(j, k);
            for (std::size_t k = 0; k < n; ++k)
                w(i, k) = j < i ? w(i, k) - dot * w(j, k) : w(i, k) / std::sqrt(dot);
        }
    return w * static_cast<T>(net.scale);
}

/// h = tanh(norm(h W + x V)); of an MLP x comes in at the first layer alone, and each W is another.
template <class T>
struct Unrolled {
    const Net& net;
    const Plan& plan;
    std::string norm;
    double gamma;
    Random rng;
    bool training = true;
    Tensor<T> w = square_weights<T>(net, plan.hidden, rng);
    Tensor<T> v =
        uniform<T>({plan.inputs, plan.hidden}, 1 / std::sqrt(static_cast<double>(plan.hidden)), rng);
    RunningStatistics<T> running{plan.hidden};

    Variable<T> normalize(const Variable<T>& z) {
        if (norm == "none") return z;
        if (norm == "layer") return layer_norm(z, {plan.hidden}) * gamma;
        if (norm == "batch") return batch_norm(z, nullptr) * gamma;
        return batch_norm(z, &running, {}, {}, {.training = training}) * gamma;  // batch-shared
    }

    /// Every h of a random input, first to last.
    std::vector<Variable<T>> run(Tape<T>& tape) {
        tape.rewind();
        std::vector<Variable<T>> h;
        const auto inputs = [&] { return tape.input(normal<T>({plan.batch, plan.inputs}, net.inputs, rng)); };
        const auto from_input = tape.variable(v, "V");
        for (std::size_t t = 0; t < (net.recurrent ? plan.steps : plan.layers); ++t) {
            if (t > 0 && !net.recurrent) w = square_weights<T>(net, plan.hidden, rng);
            Variable<T> z = t == 0 ? matmul(inputs(), from_input) : matmul(h.back(), tape.input(w));
            if (t > 0 && net.recurrent) z = z + matmul(inputs(), from_input);
            h.push_back(tanh(normalize(z)).named(fmt::format("h{}", t + 1)));
        }
        return h;
    }
};

/// A loss whose gradient at h is random.
template <class T>
Variable<T> random_loss(const Variable<T>& h, Random& rng) {
    return sum(h * h.tape().input(normal<T>(h.shape(), 1, rng))).named("loss");
}

constexpr const char* kGradient = "log10 of the gradient's norm, relative to the last step's";
constexpr const char* kAtFirst = "the first's gradient, log10 relative to the last's";

/// In double, so that what has vanished is still a number.
void measure(Run& run, const Net& kind, const Plan& plan) {
    Unrolled<double> net{kind, plan, run.text("norm"), run.number("gamma"), Random(run.seed)};
    Tape<double> tape;
    if (net.norm == "batch-shared") {
        // In training mode it would be BatchNorm per step. Here it gathers running statistics for eval mode.
        const auto values_only = tape.pause();
        for (int pass = 0; pass < 5; ++pass) net.run(tape);
        net.training = false;
    }
    const auto h = net.run(tape);
    tape.backward(random_loss(h.back(), net.rng));
    const auto size = [](const Variable<double>& v) {
        double length = 0;  // a sum of squares would vanish before the gradient does
        for (const double g : v.grad()) length = std::hypot(length, g);
        return std::log10(length);
    };
    for (std::size_t i = 0; i < h.size(); ++i)
        run.add(kGradient, static_cast<double>(i + 1), size(h[i]) - size(h.back()));
    run.values[kAtFirst] = size(h.front()) - size(h.back());
}

void show(Experiment& e) {
    constexpr double kMost = 3;
    std::vector<Plot> panels;
    std::vector<Case> cases;
    std::map<std::string, int> held;  // in how many set-ups, by norm
    for (const Net& net : kNets)
        for (const double gamma : kGammas) {
            const Config here{{"net", net.name}, {"gamma", gamma}};
            const std::string name = fmt::format("{}, gamma {:g}", net.name, gamma);
            panels.push_back({.title = name,
                              .x_label = net.recurrent ? "time step" : "layer",
                              .y_label = "log10 of the ratio",
                              .layers = {{.measured = kGradient, .where = here}},
                              .guides = {0},
                              .y_group = static_cast<int>(panels.size() / kGammas.size()) + 1});
            for (const std::string norm : {"none", "batch", "layer"}) {
                Case c{name + ": decades up or down with LayerNorm",
                       e.values(kAtFirst, {{"norm", norm}, here[0], here[1]}), Is::below, kMost};
                for (double& value : c.per_seed) value = std::abs(value);
                held[norm] += c.holding() == c.per_seed.size();
                if (norm == "layer") cases.push_back(c);
            }
        }
    e.draw({.name = "gradients",
            .heading = "The norm of dL/dh at each time step or layer, relative to the last",
            .hint = "Read from right to left, as the gradient runs: up it explodes, down it vanishes. "
                    "BatchNorm is in training mode, each step with the batch's own statistics; BatchNorm, "
                    "shared, is in eval mode, all steps with the same running ones. Gamma is the norms'.",
            .plots = panels});
    e.conclude(
        fmt::format("Of {} set-ups, the gradient at the first step or layer is within {:g} decades of the "
                    "last's, in every seed, in {} with LayerNorm, in {} with BatchNorm, in {} without.",
                    cases.size(), kMost, held["layer"], held["batch"], held["none"]));
    e.claim({.id = "vanishing-exploding",
             .says = "LayerNorm stops gradients from exploding or vanishing",
             .expected = Verdict::depends,
             .cases = cases});
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
    show(e);
    if (e.deck() == nullptr) return;
    const Plan small{.steps = 6, .hidden = 4, .batch = 3, .inputs = 2};
    for (const char* norm : {"none", "layer", "batch"}) {
        Unrolled<float> net{kNets[2], small, norm, 1, Random(e.seeds().front())};
        Tape<float> tape;
        e.deck()->add(norm, "6 steps", random_loss(net.run(tape).back(), net.rng));
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "gradient_through_time",
         .question = "Does a norm stop gradients from vanishing and exploding?",
         .about = "A random gradient runs back through an RNN's steps and an MLP's layers, untrained.",
         .body = body});
}
