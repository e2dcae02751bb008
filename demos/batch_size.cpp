// batch_size: what small batches do to BatchNorm, and to the norms that need no batch
#include <fmt/format.h>

#include "demos/common/evaluation.hpp"
#include "demos/common/nets.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

/// Each training sees the same number of samples, so that only the batch differs.
struct Plan {
    Counts counts{2000, 500, 500};
    std::vector<std::size_t> sizes{784, 64, 64, 10};
    std::vector<std::size_t> batches{2, 4, 16, 64, 256};
    std::size_t seen = 6000;
};

Plan plan_of(const Experiment& e) {
    if (!e.full()) return {};
    // Ba, Kiros, Hinton 2016, section 6.6: 784-1000-1000-10, batches of 128 and of 4.
    return {{10'000, 2'000, 2'000}, {784, 1000, 1000, 10}, {4, 128}, 40'000};
}

void measure(Run& run, const Dataset& data, const Plan& plan) {
    tapedeck::Random weights(run.seed), order = weights.fork();
    auto net = make_mlp(plan.sizes, weights, {.norm = run.text("norm")});
    const std::size_t batch = run.count("batch"), count = data.validation.count;
    train(net, data, order, {.steps = plan.seen / batch, .batch = batch, .lr = 1e-3});
    Evaluation evaluation(net, data);
    run.values["validation loss"] = evaluation.score(data.validation, count, 250).loss;
    run.values["validation loss in training mode"] =
        evaluation.train_mode_score(data.validation, count, batch).loss;
    run.values["training loss"] = evaluation.score(data.train, count, 250).loss;
    run.values["gap"] = run.values["validation loss"] - run.values["training loss"];
}

Plot by_batch(const char* title, const char* value) {
    return {.title = title,
            .x_label = "batch size",
            .y_label = "loss",
            .x_log = true,
            .y_log = true,
            .layers = {{.way = Way::against, .measured = value, .x = "batch"}},
            .y_group = 1};
}

void draw(Experiment& e) {
    e.draw(
        {.name = "loss-by-batch",
         .heading = "Validation loss by batch size, the same samples seen",
         .hint =
             "At the left BatchNorm's statistics are of few samples. In eval mode it uses running ones. All "
             "lines rise at the right, where the same samples make fewer steps.",
         .plots = {by_batch("in eval mode", "validation loss"),
                   by_batch("in training mode", "validation loss in training mode")}});
    Plot gap = by_batch("validation loss minus training loss", "gap");
    gap.y_log = false;
    gap.y_group = 0;
    gap.y_label = "gap";
    gap.guides = {0};
    e.draw(
        {.name = "generalization",
         .heading = "What generalizes: the loss on samples that were trained on, and on others (eval mode)",
         .hint = "What overfits is low on the left and has a large gap on the right.",
         .plots = {by_batch("training samples", "training loss"), gap}});
}

/// For each seed: what `norm` measured at this batch size, less what `other` did.
std::vector<double> less(const Experiment& e, const char* value, std::size_t batch, const char* norm,
                         const char* other) {
    return e.difference(value, {{"norm", norm}, {"batch", batch}}, {{"norm", other}, {"batch", batch}});
}

void judge(Experiment& e, std::size_t least, std::size_t middle) {
    const auto at = [](const char* what, std::size_t batch) {
        return fmt::format("batch {}: {}", batch, what);
    };
    const auto batch_norm = less(e, "validation loss", least, "batch", "none"),
               training = less(e, "training loss", least, "batch", "none");
    e.claim({.id = "small-batch",
             .says = "BatchNorm is poor at small batches, LayerNorm is not",
             .expected = Verdict::stands,
             .cases = {{at("validation loss of BatchNorm minus that without a norm", least), batch_norm},
                       {at("validation loss of LayerNorm minus that without a norm", least),
                        less(e, "validation loss", least, "layer", "none"), Is::below, 0.1}}});
    e.claim({.id = "generalizes-better",
             .says = "LayerNorm generalizes better; BatchNorm at small batches overfits",
             .expected = Verdict::depends,
             .cases = {{at("validation loss of LayerNorm minus that of BatchNorm", least),
                        less(e, "validation loss", least, "layer", "batch"), Is::below, 0},
                       {at("validation loss of LayerNorm minus that of BatchNorm", middle),
                        less(e, "validation loss", middle, "layer", "batch"), Is::below, 0},
                       {at("training loss of BatchNorm minus that without a norm", least), training,
                        Is::below, 0}}});
    e.conclude(fmt::format(
        "At batch {} BatchNorm's validation loss differs from that without a norm by {:+.3f}, its "
        "training loss by {:+.3f}; at batch {} its validation loss differs by {:+.3f} (medians of "
        "{} seeds).",
        least, median(batch_norm), median(training), middle,
        median(less(e, "validation loss", middle, "batch", "none")), e.seeds().size()));
}

void body(Experiment& e) {
    const Plan plan = plan_of(e);
    const Dataset data = e.images(plan.counts);
    for (const std::size_t batch : plan.batches)
        for (const char* norm : {"none", "batch", "layer", "group", "rms"})
            e.plan({{"norm", norm}, {"batch", batch}}, [&](Run& run) { measure(run, data, plan); });
    e.measure();
    draw(e);
    judge(e, plan.batches.front(), plan.batches[plan.batches.size() / 2]);
    if (e.deck() == nullptr) return;
    for (const char* norm : {"none", "batch", "layer"}) {
        tapedeck::Random weights(e.seeds().front()), order = weights.fork();
        auto net = make_mlp(plan.sizes, weights, {.norm = norm});
        train_for_deck(*e.deck(), norm, net, data, order, {.batch = plan.batches.front()});
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "batch_size",
         .question = "What do small batches do to a normalization?",
         .about = "An MLP learns Fashion-MNIST with batches of 2 to 256, each norm on the same samples.",
         .body = body});
}
