// bug_museum: normalizations that are wrong, what each does to training, and the check that catches it
#include "demos/bug_museum/checks.hpp"
#include "demos/bug_museum/exhibits.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;
using tapedeck::Variable;

struct Plan {
    std::size_t width = 32, steps = 150;
};

/// Trains the net with the right norm or with the wrong one, from the same weights on the same samples.
void train_one(Run& run, const Exhibit& exhibit, const Dataset& data, const Plan& plan) {
    tapedeck::Random weights(run.seed), order = weights.fork();
    const bool right = run.text("norm is") == "right";
    auto net = make_net(exhibit, right ? Bug::none : exhibit.bug, plan.width, weights);
    double sum = 0, last = 0, steps = 0;
    const auto watch = [&](std::size_t step, Variable<float> loss) {
        ++steps;
        sum += static_cast<double>(loss.item()) / 10;
        if (step > plan.steps - 50) last += static_cast<double>(loss.item()) / 50;
        if (step % 10 != 0) return;
        run.add("loss", static_cast<double>(step), sum);
        sum = 0;
    };
    const double end =
        train(net, data, order, {.steps = plan.steps, .batch = 32, .lr = 3e-3, .watch = watch});
    run.values["loss"] = std::isinf(end) ? end : last;
    run.values["finite steps"] = steps;
    run.values["caught"] = examine(right ? Bug::none : exhibit.bug, run.seed).caught;
}

std::vector<double> losses(const Experiment& e, const Exhibit& exhibit, const char* norm) {
    return e.values("loss", {{"exhibit", exhibit.name}, {"norm is", norm}});
}

void draw_losses(Experiment& e) {
    Sheet sheet{.name = "losses",
                .heading = "The training loss with the right LayerNorm and with a wrong one",
                .hint =
                    "The same weights, the same samples; means of 10 steps. Where the wrong line stops, the "
                    "loss is not a number any more. In the last row stand conditions under which a bug that "
                    "hides above may come out.",
                .plots = {},
                .columns = 3,
                .panel_height = 200};
    for (const Exhibit& exhibit : kExhibits) {
        const auto steps = e.values("finite steps", {{"exhibit", exhibit.name}, {"norm is", "wrong"}});
        const bool never = *std::max_element(steps.begin(), steps.end()) == 0;
        sheet.plots.push_back(
            {.title = never ? fmt::format("{}: wrong nan from step 1", exhibit.name) : exhibit.name,
             .x_label = "training step",
             .y_label = "training loss",
             .layers = {{.measured = "loss", .by = "norm is", .where = {{"exhibit", exhibit.name}}}},
             .y_group = 1});
    }
    e.draw(sheet);
}

void show_findings(Experiment& e) {
    Table table{
        "The last loss (mean of 50 steps, median over the seeds; inf: not finite), and what catches it",
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
    const auto is_caught = [](std::string_view which) {
        return fmt::format("{}: objections of the checks, which stop at the first", which);
    };
    std::vector<Case> checks{
        {is_caught("the right implementation"), caught(kExhibits[0].name, "right"), Is::exactly, 0}},
        training;
    for (const Exhibit& exhibit : kExhibits) {
        if (exhibit.scene == Scene::usual)
            checks.push_back({is_caught(exhibit.name), caught(exhibit.name, "wrong"), Is::exactly, 1});
        training.push_back(
            {fmt::format("{}: last loss, the wrong norm's over the right one's", exhibit.name),
             e.both(losses(e, exhibit, "wrong"), losses(e, exhibit, "right"), std::divides<double>()),
             Is::above, 1.1});
    }
    e.claim({.id = "caught",
             .says = "each wrong implementation is caught by a check",
             .expected = Verdict::stands,
             .cases = checks});
    e.claim({.id = "shows-in-training",
             .says =
                 "a wrong normalization shows in the training loss: it ends 10 % above the right norm's, or "
                 "is not finite",
             .expected = Verdict::depends,
             .cases = training});
    const auto in_every_seed = [&](const std::vector<Case>& cases, std::size_t from) {
        return std::count_if(cases.begin() + static_cast<std::ptrdiff_t>(from), cases.end(),
                             [&](const Case& c) { return c.holding() == e.seeds().size(); });
    };
    e.conclude(fmt::format("The checks catch {} of {} wrong implementations, in every seed.",
                           in_every_seed(checks, 1), checks.size() - 1));
    e.conclude(fmt::format(
        "The training loss gives away {} of the {} trainings here (in every seed 10 % above the right "
        "norm's, or not finite): a net that learns is no proof that its norm is right.",
        in_every_seed(training, 0), training.size()));
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
        for (const std::size_t i : {0U, 6U, 7U}) {
            tapedeck::Random weights(e.seeds().front()), order = weights.fork();
            auto net = make_net(kExhibits[i], i == 0 ? Bug::none : kExhibits[i].bug, 8, weights);
            train_for_deck(*e.deck(), i == 0 ? "right" : kExhibits[i].name, net, data, order, {.batch = 8});
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "bug_museum",
         .question = "What does a wrong normalization do, and what catches it?",
         .about = "The same small net learns Fashion-MNIST with the right LayerNorm and with wrong ones; "
                  "beside each stands the check that catches it.",
         .setup = "784-32-32-10 with tanh and a LayerNorm before it, right or wrong; Adam at learning rate "
                  "0.003, 150 steps of 32 samples out of 2,000 images. Three scenes differ: the biases of "
                  "the Linear layers start at 3000; there are none and the first image is blank; gamma "
                  "starts between 0.2 and 5, drawn evenly by its logarithm.",
         .why = "A norm with a wrong forward is another function, yet one with a right gradient: a net can "
                "learn with it. std + eps and sqrt(variance + eps) differ only where the variance is near "
                "eps: in a row whose values are all equal the first has a derivative of the root at 0, which "
                "is not finite. One-pass variance, mean(x^2) - mean(x)^2, subtracts two large numbers from "
                "each other when the mean is large: rounding can leave a negative number under the root. A "
                "wrong backward gives another direction, and whatever goes downhill still learns; without "
                "gamma each unit's gradient is too long by a factor of its own, 1 / gamma, which Adam partly "
                "makes up for. So a wrong gradient can even have the lower loss for a while; that does not "
                "make it right, and why it is lower this measurement does not explain. The exhibits of the "
                "last row are bugs that stand above already, in conditions where they may show: the checks "
                "look at the implementation, so they are not counted twice.",
         .full = "50,000 images, 128 units, 3,000 steps; about two minutes",
         .body = body});
}
