// gradient_through_time: how gradients shrink or grow over time steps and layers, with and without a norm
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "demos/gradient_through_time/unrolled.hpp"
#include "demos/lab/experiment.hpp"

namespace {

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

Plan plan_of(const Experiment& e) {
    // Cooijmans 2016: the 784 pixels of an image, one a step, to 100 units.
    return e.full() ? Plan{784, 100, 100, 64, 1} : Plan{};
}

const std::vector<Net> kNets{{.name = "RNN, orthogonal"},
                             {.name = "RNN, identity", .identity = true},
                             {.name = "RNN, orthogonal times 3", .scale = 3},
                             {.name = "RNN, identity, inputs near 0", .identity = true, .inputs = 0.01},
                             {.name = "MLP, orthogonal", .recurrent = false},
                             {.name = "MLP, orthogonal times 3", .recurrent = false, .scale = 3}};

/// A norm and its gamma, with which every net is measured.
struct Variant {
    std::string title;
    Config config;
};
const std::vector<Variant> kVariants{{"no norm", {{"norm", "none"}}},
                                     {"LayerNorm, gamma 1", {{"norm", "layer"}, {"gamma", 1}}},
                                     {"LayerNorm, gamma 0.1", {{"norm", "layer"}, {"gamma", 0.1}}},
                                     {"BatchNorm, gamma 1", {{"norm", "batch"}, {"gamma", 1}}},
                                     {"BatchNorm, gamma 0.1", {{"norm", "batch"}, {"gamma", 0.1}}}};

Config with_net(Config config, const Net& net) {
    config.emplace_back("net", net.name);
    return config;
}

constexpr const char* kGradient = "log10 of the gradient's norm, relative to the last step's";
constexpr const char* kAtFirst = "the first's gradient, log10 relative to the last's";
constexpr double kMost = 3;  ///< decades: as far as a gradient may go and be said to stay

/// In double, so that what has vanished is still a number.
void measure(Run& run, const Net& kind, const Plan& plan) {
    const double gamma = run.text("norm") == "none" ? 1 : run.number("gamma");
    Unrolled<double> net{kind, plan, run.text("norm"), gamma, Random(run.seed)};
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

void draw(Experiment& e) {
    std::vector<Plot> panels;
    for (const Net& net : kNets)
        for (const double gamma : {1.0, 0.1})
            panels.push_back({.title = fmt::format("{}, gamma {:g}", net.name, gamma),
                              .x_label = net.recurrent ? "time step" : "layer",
                              .y_label = "log10 of the ratio",
                              .layers = {{.measured = kGradient, .where = with_net({{"norm", "none"}}, net)},
                                         {.measured = kGradient, .where = with_net({{"gamma", gamma}}, net)}},
                              .guides = {-kMost, 0, kMost},
                              .y_group = static_cast<int>(panels.size() / 2) + 1});
    e.draw({.name = "gradients",
            .heading = "The norm of dL/dh at each time step or layer, relative to the last",
            .hint = fmt::format(
                "Read from right to left, as the gradient runs: up it explodes, down it vanishes. The thin "
                "lines at {0:g} and -{0:g} are how far it may go and be said to stay. The left and the right "
                "panel have the same curve without a norm. Shared statistics are a matter of RNNs: no MLP "
                "has them.",
                kMost),
            .plots = panels});
}

void judge(Experiment& e) {
    Table table{
        "Decades from the last step's gradient to the first's: below 0 it vanishes, above 0 it explodes "
        "(medians)",
        {"net"},
        {}};
    std::vector<Case> cases;
    std::map<std::string, int> stays;  // in how many nets, by variant
    for (const Net& net : kNets) {
        auto& row = table.rows.emplace_back(1, net.name);
        for (const auto& [title, config] : kVariants) {
            Case c{fmt::format("{}, {}: decades up or down", net.name, title),
                   e.values(kAtFirst, with_net(config, net)), Is::below, kMost};
            row.push_back(fmt::format("{:+.1f}", std::round(10 * median(c.per_seed)) / 10 + 0.0));
            for (double& value : c.per_seed) value = std::abs(value);
            stays[title] += c.holding() == c.per_seed.size();
            if (title.starts_with("LayerNorm")) cases.push_back(c);
        }
    }
    for (const auto& [title, config] : kVariants)
        if (table.columns.push_back(title); title.ends_with(" 1"))
            e.conclude(fmt::format(
                "With {} the gradient stays within {:g} decades, in every seed, in {} of {} nets; without a "
                "norm in {}.",
                title, kMost, stays[title], kNets.size(), stays["no norm"]));
    e.show(std::move(table));
    e.claim({.id = "vanishing-exploding",
             .says = "LayerNorm stops gradients from exploding or vanishing",
             .expected = Verdict::depends,
             .cases = cases});
}

void body(Experiment& e) {
    const Plan plan = plan_of(e);
    for (const Net& net : kNets) {
        const auto task = [&](Run& run) { measure(run, net, plan); };
        for (const auto& [title, config] : kVariants) e.plan(with_net(config, net), task);
        for (const double gamma : {1.0, 0.1})
            if (net.recurrent) e.plan(with_net({{"norm", "batch-shared"}, {"gamma", gamma}}, net), task);
    }
    e.measure();
    draw(e);
    judge(e);
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
         .setup =
             "Nothing is trained. RNN: tanh(norm(h W + x V)), 100 steps of 64 units, normal inputs of 16 "
             "numbers. MLP: tanh(norm(h W)), 30 layers of 64. Batches of 32; the loss is a random sum of "
             "the last h, in double precision.",
         .why =
             "Each step back multiplies the gradient by the weights, by the slope of tanh, and with a norm "
             "by "
             "gamma over the deviation of what is normalized. Many factors below 1 vanish, above 1 explode "
             "(Pascanu, Mikolov, Bengio 2013). A norm divides the scale of the weights out: an MLP with one "
             "behaves alike at orthogonal weights and at three times those. But it does not make the product "
             "1: in an RNN gamma and the inputs decide how much of a step is the old state. Gamma 0.1 beside "
             "large inputs forgets it at once; beside inputs near 0 it keeps it, which is why Cooijmans et "
             "al. (2016, recurrent batch normalization) start there. Why a deep net with BatchNorm explodes "
             "slowly: Yang et al. 2019. Words: a decade is a factor of 10; orthogonal weights keep lengths; "
             "identity weights pass the state on as it is; BatchNorm has each step's own batch statistics; "
             "shared, in eval mode, has one set of running statistics for all steps.",
         .full = "784 steps of one input to 100 units, as a pixel a step (Cooijmans 2016), and MLPs of 100 "
                 "layers, batches of 64; about a minute.",
         .body = body});
}
