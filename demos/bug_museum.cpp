// bug_museum: normalizations that are wrong, what each does to training, and the check that catches it
#include "demos/bug_museum/checks.hpp"
#include "demos/bug_museum/wrong_norms.hpp"
#include "demos/common/nets.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/layers/linear.hpp>

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;
using tapedeck::Variable;

/// Under which circumstances the nets train: as usual, or so that a bug that hides there shows.
enum class Scene { usual, offset, blank_image, unequal_gammas };

struct Exhibit {
    const char* name;
    Bug bug;
    Scene scene = Scene::usual;
};

const std::vector<Exhibit> kExhibits{
    {"gamma, beta drawn at random", Bug::random_gamma},
    {"variance, not its root", Bug::variance_not_its_root},
    {"std + eps", Bug::std_plus_eps},
    {"statistics over the wrong axis", Bug::wrong_axis},
    {"one-pass variance", Bug::one_pass},
    {"backward: no mean path", Bug::no_mean_path},
    {"backward: no variance path", Bug::no_variance_path},
    {"backward: variance path's sign", Bug::variance_path_sign},
    {"backward: no gamma", Bug::no_gamma},
    {"std + eps, a blank image", Bug::std_plus_eps, Scene::blank_image},
    {"one-pass, units offset by 3000", Bug::one_pass, Scene::offset},
    {"no gamma, gamma from 0.2 to 5", Bug::no_gamma, Scene::unequal_gammas},
};

struct Plan {
    std::size_t width = 32, steps = 150;
};

tapedeck::Sequential<float> make_net(const Exhibit& exhibit, Bug bug, const Plan& plan,
                                     tapedeck::Random& rng) {
    tapedeck::Sequential<float> net;
    std::size_t in = 784;
    for (const int i : {1, 2}) {
        // Without a bias a blank image is the same number for every unit.
        tapedeck::Linear<float> fc(in, plan.width, rng, {.bias = exhibit.scene != Scene::blank_image});
        if (exhibit.scene == Scene::offset) fc.bias->value.fill(3000);
        net.add(fmt::format("fc{}", i), fc);
        MuseumNorm norm(bug, plan.width, rng);
        if (exhibit.scene == Scene::unequal_gammas)
            for (float& gamma : norm.weight->value.storage())
                gamma = static_cast<float>(std::pow(5, rng.uniform(-1, 1)));
        net.add(fmt::format("norm{}", i), norm);
        add_activation(net, fmt::format("act{}", i), "tanh");
        in = plan.width;
    }
    net.add("fc3", tapedeck::Linear<float>(in, 10, rng));
    return net;
}

/// Trains the net with the right norm or with the wrong one, from the same weights on the same samples.
void train_one(Run& run, const Exhibit& exhibit, const Dataset& data, const Plan& plan) {
    tapedeck::Random weights(run.seed), order = weights.fork();
    const bool right = run.text("norm is") == "right";
    auto net = make_net(exhibit, right ? Bug::none : exhibit.bug, plan, weights);
    double sum = 0, last = 0;
    const auto watch = [&](std::size_t step, Variable<float> loss) {
        sum += static_cast<double>(loss.item()) / 10;
        if (step > plan.steps - 50) last += static_cast<double>(loss.item()) / 50;
        if (step % 10 != 0) return;
        run.add("loss", static_cast<double>(step), sum);
        sum = 0;
    };
    const double end =
        train(net, data, order, {.steps = plan.steps, .batch = 32, .lr = 3e-3, .watch = watch});
    run.values["loss"] = std::isfinite(end) ? last : end;
    run.values["caught"] = examine(right ? Bug::none : exhibit.bug, run.seed).caught;
}

std::vector<double> losses(const Experiment& e, const Exhibit& exhibit, const char* norm) {
    return e.values("loss", {{"exhibit", exhibit.name}, {"norm is", norm}});
}

void draw_losses(Experiment& e) {
    Sheet sheet{
        .name = "losses",
        .heading = "The training loss with the right LayerNorm and with a wrong one",
        .hint =
            "The same weights, the same samples; means of 10 steps. Where the wrong line is missing or "
            "stops, the loss is not a number. In the last row stand conditions under which a bug that "
            "hides above may come out.",
        .plots = {},
        .columns = 3,
        .panel_height = 200};
    for (const Exhibit& exhibit : kExhibits)
        sheet.plots.push_back(
            {.title = exhibit.name,
             .x_label = "training step",
             .y_label = "training loss",
             .layers = {{.measured = "loss", .by = "norm is", .where = {{"exhibit", exhibit.name}}}},
             .y_group = 1});
    e.draw(sheet);
}

void show_findings(Experiment& e) {
    Table table{
        "The last loss (mean of 50 steps, median of the seeds), and what catches it (in the first seed)",
        {"implementation", "right", "wrong", "caught by", "its words"},
        {}};
    for (const Exhibit& exhibit : kExhibits) {
        const Finding finding = examine(exhibit.bug, e.seeds().front());
        const auto loss = [&](const char* norm) {
            return fmt::format("{:.3f}", median(losses(e, exhibit, norm)));
        };
        table.rows.push_back({exhibit.name, loss("right"), loss("wrong"), finding.by, finding.words});
    }
    e.show(table);
}

void judge(Experiment& e) {
    const auto caught = [&](const char* exhibit, const char* norm) {
        return e.values("caught", {{"exhibit", exhibit}, {"norm is", norm}});
    };
    const auto is_worse = [](double right, double wrong) { return wrong <= 1.1 * right ? 0.0 : 1.0; };
    std::vector<Case> checks{
        {"the right implementation: caught (1: yes)", caught(kExhibits[0].name, "right"), Is::exactly, 0}},
        training;
    for (const Exhibit& exhibit : kExhibits) {
        if (exhibit.scene == Scene::usual)
            checks.push_back({fmt::format("{}: caught (1: yes)", exhibit.name), caught(exhibit.name, "wrong"),
                              Is::exactly, 1});
        training.push_back({fmt::format("{} (1: yes)", exhibit.name),
                            e.both(losses(e, exhibit, "right"), losses(e, exhibit, "wrong"), is_worse),
                            Is::exactly, 1});
    }
    e.claim({.id = "caught",
             .says = "each wrong implementation is caught by a check",
             .expected = Verdict::stands,
             .cases = checks});
    e.claim({.id = "still-trains",
             .says = "a wrong normalization shows in the training loss: the last one is 10 % above the right "
                     "norm's, or not finite",
             .expected = Verdict::depends,
             .cases = training});
    const auto in_every_seed = [&](const std::vector<Case>& cases, std::size_t from) {
        return std::count_if(cases.begin() + static_cast<std::ptrdiff_t>(from), cases.end(),
                             [&](const Case& c) { return c.holding() == e.seeds().size(); });
    };
    e.conclude(fmt::format(
        "In every seed, the checks catch {} of {} wrong implementations, and the training loss "
        "tells {} of {} exhibits from the right norm (10 % above it, or not finite).",
        in_every_seed(checks, 1), checks.size() - 1, in_every_seed(training, 0), training.size()));
}

void body(Experiment& e) {
    const Plan plan = e.full() ? Plan{128, 3000} : Plan{};
    const Dataset data = e.images({e.full() ? 50'000U : 2000U, 0, 0});
    Dataset with_blank = data;
    std::fill_n(with_blank.train.x.begin(), 784, 0.0F);
    for (const Exhibit& exhibit : kExhibits)
        for (const char* norm : {"right", "wrong"})
            e.plan({{"exhibit", exhibit.name}, {"norm is", norm}}, [&](Run& run) {
                train_one(run, exhibit, exhibit.scene == Scene::blank_image ? with_blank : data, plan);
            });
    e.measure();
    show_findings(e);
    draw_losses(e);
    judge(e);
    if (e.deck() != nullptr) {
        for (const std::size_t i : {0, 6, 7}) {
            tapedeck::Random weights(e.seeds().front()), order = weights.fork();
            auto net = make_net(kExhibits[i], i == 0 ? Bug::none : kExhibits[i].bug, {.width = 8}, weights);
            train_for_deck(*e.deck(), i == 0 ? "right" : kExhibits[i].name, net, data, order, {.batch = 8});
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(argc, argv,
                    {.name = "bug_museum",
                     .question = "What does a wrong normalization do, and what catches it?",
                     .about = "The same small net learns Fashion-MNIST with the right LayerNorm and with "
                              "wrong ones; beside each "
                              "stands the check that catches it.",
                     .body = body});
}
