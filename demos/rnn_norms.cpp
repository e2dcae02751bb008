// rnn_norms: what norms do to RNNs on three tasks, in training mode and in eval mode
#include <functional>
#include <span>

#include <fmt/format.h>

#include <tapedeck/core/denormals.hpp>

#include "demos/common/evaluation.hpp"
#include "demos/common/nets.hpp"
#include "demos/common/sequence_nets.hpp"
#include "demos/data/generated.hpp"
#include "demos/data/words.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"
#include "demos/rnn_norms/character_model.hpp"

namespace {

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

struct Plan {
    std::size_t hidden = 32, steps = 700, batch = 32;
    std::size_t adding_steps = 20;
    Counts adding{10'000, 512, 0}, rows{5'000, 512, 0};
    std::size_t words = 20'000, validation_words = 512;
};

Plan plan_of(const Experiment& e) {
    return e.full() ? Plan{100, 5000, 64, 100, {50'000, 2'048, 0}, {50'000, 5'000, 0}, 50'000, 4'096}
                    : Plan{};
}

struct Words {
    std::vector<std::string> train, validation;
};

/// In random order, the same for every seed.
Words split_words(const Plan& plan) {
    const std::vector<std::string> all = load_words();
    Words words;
    for (const std::size_t i : Random(1).permutation(all.size())) {
        if (words.validation.size() < plan.validation_words)
            words.validation.push_back(all[i]);
        else if (words.train.size() < plan.words)
            words.train.push_back(all[i]);
    }
    return words;
}

constexpr const char* kEval = "validation loss, eval mode";
constexpr const char* kTraining = "validation loss, training mode";

void prepare(const Run& run, Module<float>& net) {
    set_flush_denormal(true);  // vanishing gradients would make it ten times slower
    if (run.text("gamma") == "gamma 0.1") set_gammas(net, 0.1F);
}

void measure_last(Run& run, const Dataset& data, const Plan& plan) {
    Random weights(run.seed), order = weights.fork();
    const auto net = make_rnn(data, plan.hidden, run.text("norm"), weights);
    prepare(run, *net);
    train(*net, data, order, {.steps = plan.steps, .batch = plan.batch, .lr = 3e-3, .max_gradient_norm = 1});
    Evaluation evaluation(*net, data);
    const std::size_t count = data.validation.count;
    run.values[kEval] = evaluation.score(data.validation, count, plan.batch).loss;
    run.values[kTraining] = evaluation.train_mode_score(data.validation, count, plan.batch).loss;
}

void measure_letters(Run& run, const Words& words, const Plan& plan) {
    Random weights(run.seed), order = weights.fork();
    CharacterModel model(plan.hidden, run.text("norm"), weights);
    prepare(run, model);
    train_on_words(model, words.train, order, {.steps = plan.steps, .batch = plan.batch, .lr = 3e-3});
    run.values[kTraining] = loss_over(model, words.validation, plan.batch);
    model.eval();
    run.values[kEval] = loss_over(model, words.validation, plan.batch);
}

struct Task {
    const char* name;
    const char* unit;
    std::function<void(Run&)> measure;
    std::vector<double> guides = {};
};

void draw(Experiment& e, const std::vector<Task>& tasks) {
    std::vector<Plot> panels;
    for (const Task& task : tasks)
        for (const char* value : {kTraining, kEval})
            panels.push_back(
                {.title = fmt::format("{}: {}", task.name, value),
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
                "is given, right the running ones, of each time step or shared by all. The thin line of the "
                "adding problem is what always answering 1 gives.",
            .plots = panels});
}

void judge(Experiment& e, const std::vector<Task>& tasks) {
    std::vector<Case> cases;
    for (const Task& task : tasks) {
        const auto where = [&](const char* norm, const char* gamma) -> Config {
            return {{"task", task.name}, {"norm", norm}, {"gamma", gamma}};
        };
        const Config none = where("none", "no gamma"), layer = where("layer", "gamma 1");
        const auto of_task = [&](const char* what) { return fmt::format("{}: {}", task.name, what); };
        cases.push_back({of_task("LayerNorm's loss minus that without a norm"),
                         e.difference(kEval, layer, none), Is::below, 0});
        cases.push_back({of_task("loss of BatchNorm per step minus LayerNorm's"),
                         e.difference(kEval, where("batch", "gamma 1"), layer), Is::above, 0});
        cases.push_back({of_task("the same, both from gamma 0.1"),
                         e.difference(kEval, where("batch", "gamma 0.1"), where("layer", "gamma 0.1")),
                         Is::above, 0});
        cases.push_back({of_task("loss of BatchNorm with shared statistics minus that of BatchNorm per step"),
                         e.difference(kEval, where("batch-shared", "gamma 1"), where("batch", "gamma 1")),
                         Is::above, 0});
        const auto loss = [&](const char* norm, const char* gamma, const char* mode) {
            return median(e.values(mode, where(norm, gamma)));
        };
        e.conclude(
            fmt::format("{}, eval mode, medians: no norm {:.3f}, LayerNorm {:.3f}, BatchNorm per step "
                        "{:.3f}, shared {:.3f}; from gamma 0.1 LayerNorm {:.3f}, BatchNorm per step {:.3f} "
                        "(in training mode {:.3f}), shared {:.3f}.",
                        task.name, loss("none", "no gamma", kEval), loss("layer", "gamma 1", kEval),
                        loss("batch", "gamma 1", kEval), loss("batch-shared", "gamma 1", kEval),
                        loss("layer", "gamma 0.1", kEval), loss("batch", "gamma 0.1", kEval),
                        loss("batch", "gamma 0.1", kTraining), loss("batch-shared", "gamma 0.1", kEval)));
    }
    const auto tasks_where = [&](std::size_t which) {
        std::size_t count = 0;
        for (std::size_t i = which; i < cases.size(); i += cases.size() / tasks.size())
            count += cases[i].holding() == cases[i].per_seed.size();
        return count;
    };
    e.conclude(fmt::format(
        "In every seed, from gamma 1: LayerNorm is better than no norm on {} of {} tasks, BatchNorm per step "
        "worse than LayerNorm on {}, and BatchNorm with shared statistics worse than per step on {}.",
        tasks_where(0), tasks.size(), tasks_where(1), tasks_where(3)));
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
    const Words words = split_words(plan);
    const std::vector<Task> tasks{
        {"adding problem",
         "mean squared error",
         [&](Run& run) { measure_last(run, adding, plan); },
         {1.0 / 6}},
        {"rows of images", "cross entropy", [&](Run& run) { measure_last(run, rows, plan); }},
        {"letters of words", "nats per letter", [&](Run& run) { measure_letters(run, words, plan); }}};
    for (const Task& task : tasks) {
        e.plan({{"norm", "none"}, {"gamma", "no gamma"}, {"task", task.name}}, task.measure);
        for (const char* gamma : {"gamma 1", "gamma 0.1"})
            for (const char* norm : {"layer", "batch", "batch-shared"})
                e.plan({{"norm", norm}, {"gamma", gamma}, {"task", task.name}}, task.measure);
    }
    e.measure();
    draw(e, tasks);
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
         .body = body});
}
