// learning_rate_map: at which learning rates and sizes of the first weights a network trains
#include "demos/common/evaluation.hpp"
#include "demos/common/nets.hpp"
#include "demos/data/generated.hpp"
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

/// One cell's training is small, since there are hundreds of cells.
struct Plan {
    std::size_t samples = 256, steps = 500, batch = 32, width = 16;
    std::vector<double> rates{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30};
    std::vector<double> scales{0.1, 0.3, 1, 3, 10, 30};
};

Plan plan_of(const Experiment& e) {
    if (!e.full()) return {};
    return {.samples = 1000, .steps = 2000, .width = 32};
}

struct Task {
    const char* name;
    const char* words;
    double constant_loss;  ///< of the best answer that does not look at the input
};

const std::array<Task, 2> kTasks{
    {{"spirals", "two spirals", std::log(2.0)}, {"adding", "the adding problem with four numbers", 1.0 / 6}}};
constexpr std::array<std::pair<const char*, const char*>, 4> kNorms{
    {{"none", "no norm"}, {"batch", "BatchNorm"}, {"layer", "LayerNorm"}, {"rms", "RMSNorm"}}};

Dataset data_of(const Task& task, std::uint64_t seed, const Plan& plan) {
    const Counts counts{plan.samples, 1, 1};
    return task.name == std::string("spirals") ? make_spirals(seed, counts) : make_adding(seed, counts, 4);
}

/// Three hidden layers, every weight of a Linear (no bias) times `scale`.
tapedeck::Sequential<float> make_net(const std::string& norm, double scale, const Dataset& data,
                                     const Plan& plan, tapedeck::Random& rng) {
    const std::size_t inputs = data.steps * data.features, outputs = std::max<std::size_t>(1, data.classes);
    auto net = make_mlp({inputs, plan.width, plan.width, plan.width, outputs}, rng, {.norm = norm});
    for (const auto& [name, parameter] : net.named_parameters())
        if (name.starts_with("fc") && name.ends_with(".weight"))
            parameter->value *= static_cast<float>(scale);
    return net;
}

void measure(Run& run, const Task& task, const Plan& plan) {
    const Dataset data = data_of(task, run.seed, plan);
    tapedeck::Random weights(run.seed), order = weights.fork();
    auto net = make_net(run.text("norm"), run.number("scale"), data, plan, weights);
    double loss = train(
        net, data, order,
        {.steps = plan.steps, .batch = plan.batch, .lr = run.number("learning rate"), .optimizer = "sgd"});
    if (std::isfinite(loss))  // else it has diverged
        loss = Evaluation(net, data).train_mode_score(data.train, plan.samples, plan.batch).loss;
    run.values["training loss"] = loss;
    run.values["trains"] = loss < task.constant_loss / 2 ? 1 : 0;
    // For the map: in hundredths, and all that is worse than not looking at the input is one shade.
    run.values["share of the constant answer's loss"] =
        loss < task.constant_loss ? std::round(100 * loss / task.constant_loss) / 100 : 1;
}

/// In how many cells of the map a seed's network trains.
std::vector<double> cells_that_train(const Experiment& e, const Plan& plan, const Task& task,
                                     const char* norm) {
    std::vector<double> cells(e.seeds().size(), 0);
    for (const double rate : plan.rates)
        for (const double scale : plan.scales) {
            const Config cell{{"task", task.name}, {"norm", norm}, {"learning rate", rate}, {"scale", scale}};
            cells = e.both(cells, e.values("trains", cell), std::plus<>());
        }
    return cells;
}

void draw(Experiment& e) {
    for (const Task& task : kTasks) {
        Sheet sheet{
            .name = fmt::format("map-{}", task.name),
            .heading = fmt::format("Training loss on {}", task.words),
            .hint =
                "As a share of the loss of always giving the same answer: 1 is nothing learnt, or worse, or "
                "diverged. In brackets: the range of the seeds.",
            .plots = {},
            .columns = 1,
            .panel_height = 400};
        for (const auto& [norm, title] : kNorms)
            sheet.plots.push_back({.title = title,
                                   .x_label = "learning rate",
                                   .y_label = "first weights, times",
                                   .layers = {{.way = Way::map,
                                               .measured = "share of the constant answer's loss",
                                               .x = "learning rate",
                                               .y = "scale",
                                               .where = {{"task", task.name}, {"norm", norm}}}},
                                   .y_group = 1});
        e.draw(std::move(sheet));
    }
}

/// What learning_rate_map_in_pytorch.py printed, with the default's sizes.
const Table kInPyTorch{"The same cells counted in PyTorch 1.13, by learning_rate_map_in_pytorch.py",
                       {"task", "norm", "median", "each seed"},
                       {{"two spirals", "no norm", "6", "5, 6, 7, 6, 4"},
                        {"two spirals", "BatchNorm", "0", "0, 0, 9, 0, 0"},
                        {"two spirals", "LayerNorm", "4", "4, 1, 3, 4, 4"},
                        {"two spirals", "RMSNorm", "5", "5, 4, 7, 5, 4"},
                        {"the adding problem with four numbers", "no norm", "8", "4, 10, 8, 6, 8"},
                        {"the adding problem with four numbers", "BatchNorm", "18", "19, 19, 16, 18, 18"},
                        {"the adding problem with four numbers", "LayerNorm", "11", "11, 14, 12, 11, 11"},
                        {"the adding problem with four numbers", "RMSNorm", "13", "12, 15, 13, 13, 14"}}};

void body(Experiment& e) {
    const Plan plan = plan_of(e);
    for (const Task& task : kTasks)
        for (const auto& [norm, title] : kNorms)
            for (const double rate : plan.rates)
                for (const double scale : plan.scales)
                    e.plan({{"task", task.name}, {"norm", norm}, {"learning rate", rate}, {"scale", scale}},
                           [&](Run& run) { measure(run, task, plan); });
    e.measure();
    draw(e);

    const std::size_t cells = plan.rates.size() * plan.scales.size();
    Table table{
        fmt::format("How many of the {} cells train, to less than half of the constant answer's loss", cells),
        {"task", "norm", "median", "each seed"},
        {}};
    Claim wider{.id = "wider-rates",
                .says = "with a norm a network trains at more learning rates and initial scales than without",
                .expected = Verdict::stands,
                .cases = {}};
    for (const Task& task : kTasks) {
        const auto without = cells_that_train(e, plan, task, "none");
        std::vector<std::size_t> wins;  // in how many seeds, for each norm
        for (const auto& [norm, title] : kNorms) {
            const auto with = cells_that_train(e, plan, task, norm);
            std::string each;
            for (const double n : with) each += fmt::format("{}{:g}", each.empty() ? "" : ", ", n);
            table.rows.push_back({task.words, title, fmt::format("{:g}", median(with)), each});
            if (norm != std::string("none"))
                wider.cases.push_back(
                    {fmt::format("cells that train on {}, {} minus none", task.words, title),
                     e.both(with, without, std::minus<>()), Is::above, 0});
            if (norm != std::string("none")) wins.push_back(wider.cases.back().holding());
        }
        e.conclude(
            fmt::format("On {} more cells train with BatchNorm than without a norm in {} of the seeds, with "
                        "LayerNorm in {}, with RMSNorm in {}.",
                        task.words, wins[0], wins[1], wins[2]));
    }
    e.show(std::move(table));
    if (!e.full()) e.show(kInPyTorch);
    e.claim(std::move(wider));
    if (e.deck() != nullptr) {
        for (const auto& [norm, title] : kNorms) {
            const Dataset data = data_of(kTasks[0], e.seeds().front(), plan);
            tapedeck::Random weights(e.seeds().front()), order = weights.fork();
            auto net = make_net(norm, 3, data, plan, weights);
            train_for_deck(*e.deck(), norm, net, data, order, {.batch = 8, .lr = 0.3, .optimizer = "sgd"});
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "learning_rate_map",
         .question = "At which learning rates and initial scales does a network train?",
         .about = "A small tanh MLP of three hidden layers is trained with SGD in every cell of a map: the "
                  "learning rate across, upwards a factor on the first weights.",
         .setup =
             "Three hidden layers of 16, 256 samples of two spirals, or of the adding problem with four "
             "numbers as one vector; SGD, 500 batches of 32, constant learning rate. The factor is on every "
             "Linear's weights, not its bias. A cell trains when its training loss, in training mode, ends "
             "below half of the constant answer's.",
         .why = "With a norm behind a Linear the scale of its weights does not change the output, and the "
                "effective learning rate falls with the square of the scale (van Laarhoven 2017): large "
                "weights and large rates fit together. The last Linear, which has no norm behind it, can "
                "still diverge. How the task decides it, this measurement does not explain. Words: the "
                "adding problem gives four numbers "
                "of which two are marked, and asks for their sum; the constant answer is the best that is "
                "the same for all inputs.",
         .full = "1,000 samples, 2,000 steps, layers of 32; about a minute.",
         .body = body});
}
