// rnn_norms: what norms do to RNNs on three tasks, in training mode and in eval mode
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "demos/common/evaluation.hpp"
#include "demos/common/flush_denormals.hpp"
#include "demos/common/nets.hpp"
#include "demos/common/sequence_nets.hpp"
#include "demos/data/generated.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"
#include "demos/rnn_norms/character_model.hpp"

namespace {

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

struct Plan {
    std::size_t hidden = 32, steps = 700, batch = 32;
    std::size_t adding_steps = 10;
    Counts adding{10'000, 512, 0}, rows{5'000, 512, 0};
    std::size_t words = 20'000, validation_words = 512;
};

Plan plan_of(const Experiment& e) {
    return e.full() ? Plan{100, 5000, 64, 100, {50'000, 2'048, 0}, {50'000, 5'000, 0}, 50'000, 4'096}
                    : Plan{};
}

constexpr const char* kEval = "validation loss, eval mode";
constexpr const char* kTraining = "validation loss, training mode";

void set_gammas_of(const Run& run, Module<float>& net) {
    if (run.text("gamma") == "gamma 0.1") set_gammas(net, 0.1F);
}

void measure_last(Run& run, const Dataset& data, const Plan& plan) {
    Random weights(run.seed), order = weights.fork();
    const auto net = make_rnn(data, plan.hidden, run.text("norm"), weights);
    const FlushDenormals flush;
    set_gammas_of(run, *net);
    train(*net, data, order, {.steps = plan.steps, .batch = plan.batch, .lr = 3e-3, .max_gradient_norm = 1});
    Evaluation evaluation(*net, data);
    const std::size_t count = data.validation.count;
    run.values[kEval] = evaluation.score(data.validation, count, plan.batch).loss;
    run.values[kTraining] = evaluation.train_mode_score(data.validation, count, plan.batch).loss;
}

void measure_letters(Run& run, const Words& words, const Plan& plan) {
    Random weights(run.seed), order = weights.fork();
    CharacterModel model(plan.hidden, run.text("norm"), weights);
    const FlushDenormals flush;
    set_gammas_of(run, model);
    train_on_words(model, words.train, order, {.steps = plan.steps, .batch = plan.batch, .lr = 3e-3});
    run.values[kTraining] = loss_over(model, words.validation, plan.batch);
    model.eval();
    run.values[kEval] = loss_over(model, words.validation, plan.batch);
}

struct Task {
    const char* name;
    const char* unit;
    std::function<void(Run&)> measure;
    double constant = std::numeric_limits<double>::infinity();  ///< the loss of the best constant answer
    std::vector<double> guides = {};
};

void draw(Experiment& e, const std::vector<Task>& tasks) {
    std::vector<Plot> panels;
    for (const Task& task : tasks)
        for (const char* value : {kTraining, kEval})
            panels.push_back(
                {.title = fmt::format("{}{}: {}", task.name,
                                      task.guides.empty() ? "" : " (line: constant answer)", value),
                 .x_label = "",
                 .y_label = task.unit,
                 .layers =
                     {{.way = Way::dots, .measured = value, .x = "gamma", .where = {{"task", task.name}}}},
                 .guides = task.guides,
                 .y_group = static_cast<int>(&task - tasks.data()) + 1});
    e.draw({.name = "losses",
            .heading = "Validation loss by norm, and by the gamma that training starts from",
            .hint =
                "Left and right is the same network: left BatchNorm uses the statistics of the batch that it "
                "is given, right the running ones, of each time step or shared by all. The thin line across "
                "the adding problem is no norm: it is what always answering the mean, 1, gives.",
            .plots = panels});
}

Config config_of(const Task& task, const char* norm, const char* gamma) {
    return {{"task", task.name}, {"norm", norm}, {"gamma", gamma}};
}

void tabulate(Experiment& e, const std::vector<Task>& tasks) {
    Table table{"Validation loss in eval mode, medians", {"norm, and gamma at first"}, {}};
    for (const Task& task : tasks) table.columns.emplace_back(task.name);
    const auto add = [&](const char* title, const char* norm, const char* gamma) {
        auto& row = table.rows.emplace_back(1, fmt::format("{}, {}", title, gamma));
        for (const Task& task : tasks)
            row.push_back(fmt::format("{:.3f}", median(e.values(kEval, config_of(task, norm, gamma)))));
    };
    add("none", "none", "no gamma");
    for (const char* gamma : {"gamma 1", "gamma 0.1"}) {
        add("LayerNorm", "layer", gamma);
        add("BatchNorm per step", "batch", gamma);
        add("BatchNorm, shared", "batch-shared", gamma);
    }
    e.show(std::move(table));
}

/// What the claim says is worse, and than what.
struct Comparison {
    const char *worse, *than;
    std::array<const char*, 2> a, b;  ///< norm and gamma of both
};
const std::vector<Comparison> kComparisons{
    {"a net without a norm", "LayerNorm", {"none", "no gamma"}, {"layer", "gamma 1"}},
    {"BatchNorm per step", "LayerNorm", {"batch", "gamma 1"}, {"layer", "gamma 1"}},
    {"BatchNorm per step from gamma 0.1",
     "LayerNorm from gamma 0.1",
     {"batch", "gamma 0.1"},
     {"layer", "gamma 0.1"}},
    {"BatchNorm with shared statistics",
     "BatchNorm per step",
     {"batch-shared", "gamma 1"},
     {"batch", "gamma 1"}}};

void judge(Experiment& e, const std::vector<Task>& tasks) {
    std::vector<Case> cases;
    for (const auto& [worse, than, a, b] : kComparisons) {
        std::size_t judged = 0, held = 0;
        for (const Task& task : tasks) {
            const Config one = config_of(task, a[0], a[1]), other = config_of(task, b[0], b[1]);
            if (std::min(median(e.values(kEval, one)), median(e.values(kEval, other))) >
                0.9 * task.constant) {
                e.conclude(fmt::format("{}: neither {} nor {} has learnt it; this does not count.", task.name,
                                       worse, than));
                continue;
            }
            ++judged;
            cases.push_back(
                {fmt::format("{}: validation loss of {} minus that of {}", task.name, worse, than),
                 e.difference(kEval, one, other), Is::above, 0});
            held += cases.back().holding() == cases.back().per_seed.size();
        }
        e.conclude(fmt::format("In every seed {} has a higher loss than {} on {} of {} tasks.", worse, than,
                               held, judged));
    }
    e.claim({.id = "rnn-per-step",
             .says = "LayerNorm suits RNNs since every time step has its own statistics; BatchNorm does not",
             .expected = Verdict::depends,
             .cases = cases});
}

void add_to_deck(Experiment& e, const Words& words) {
    for (const char* norm : {"none", "layer", "batch"}) {
        Random rng(e.seeds().front());
        CharacterModel model(6, norm, rng);
        train_on_words(model, words.train, rng, {.steps = 100});
        Tape<float> tape;
        e.deck()->add(norm, "after 100 steps",
                      letter_loss(model, tape, letters_of(std::span(words.validation).first(4))));
    }
}

void body(Experiment& e) {
    const Plan plan = plan_of(e);
    const Dataset adding = make_adding(1, plan.adding, plan.adding_steps), rows = e.images(plan.rows);
    const Words words = split_words(plan.words, plan.validation_words);
    const std::vector<Task> tasks{
        {"adding problem",
         "mean squared error",
         [&](Run& run) { measure_last(run, adding, plan); },
         1.0 / 6,
         {1.0 / 6}},
        {"rows of images", "cross entropy", [&](Run& run) { measure_last(run, rows, plan); }, std::log(10)},
        {"letters of words", "nats per letter", [&](Run& run) { measure_letters(run, words, plan); }}};
    for (const Task& task : tasks) {
        e.plan({{"norm", "none"}, {"gamma", "no gamma"}, {"task", task.name}}, task.measure);
        for (const char* gamma : {"gamma 1", "gamma 0.1"})
            for (const char* norm : {"layer", "batch", "batch-shared"})
                e.plan({{"norm", norm}, {"gamma", gamma}, {"task", task.name}}, task.measure);
    }
    e.measure();
    draw(e, tasks);
    tabulate(e, tasks);
    judge(e, tasks);
    if (e.deck() != nullptr) add_to_deck(e, words);
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "rnn_norms",
         .question = "Which norm suits an RNN?",
         .about =
             "RNNs learn the adding problem, Fashion-MNIST row by row, and the letters of English words.",
         .setup =
             "A tanh RNN of 32 units, the norm on h W + x V before the tanh; Adam, learning rate 0.003, 700 "
             "batches of 32, gradients clipped to length 1. The adding problem: 10,000 sequences of 10 "
             "steps; "
             "5,000 images, a row of 28 pixels a step; 20,000 words, a letter a step. Validation on 512.",
         .why = "A word's first letter and its seventh have other statistics: BatchNorm in an RNN needs "
                "running statistics of each time step (per step; Cooijmans et al. 2016); one set for all "
                "steps (shared) fits none of them in eval mode. LayerNorm needs none (Ba, Kiros, Hinton "
                "2016). From gamma 0.1 tanh is nearly linear at first, which Cooijmans et al. propose. Why a "
                "norm is better on one task and worse on another, this measurement does not explain. Words: "
                "the adding problem asks for the sum of two marked numbers of a sequence; always answering "
                "the mean has a squared error of 1/6. Nats: cross entropy with the natural logarithm.",
         .full = "100 units, 5,000 batches of 64, 100 steps of the adding problem, 50,000 images and words; "
                 "about an hour.",
         .body = body});
}
