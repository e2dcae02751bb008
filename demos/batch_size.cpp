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
            .x_label = "batch size (log)",
            .y_label = "loss (log)",
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
    const auto at = [&](std::size_t batch, const char* what, const char* value, const char* norm,
                        const char* other, Is is, double bound = 0) {
        return Case{fmt::format("batch {}: {}", batch, what), less(e, value, batch, norm, other), is, bound};
    };
    e.claim({.id = "small-batch",
             .says = "BatchNorm is poor at small batches, LayerNorm is not",
             .expected = Verdict::stands,
             .cases = {at(least, "validation loss of BatchNorm minus that without a norm", "validation loss",
                          "batch", "none", Is::above),
                       at(least, "validation loss of LayerNorm minus that without a norm", "validation loss",
                          "layer", "none", Is::below, 0.1)}});
    Claim better{.id = "generalizes-better",
                 .says = "LayerNorm generalizes better; BatchNorm at small batches overfits",
                 .expected = Verdict::depends,
                 .cases = {}};
    for (const std::size_t batch : {least, middle}) {
        better.cases.push_back(at(batch, "validation loss of LayerNorm minus that of BatchNorm",
                                  "validation loss", "layer", "batch", Is::below));
        better.cases.push_back(at(batch,
                                  "gap (validation minus training loss) of LayerNorm minus that of BatchNorm",
                                  "gap", "layer", "batch", Is::below));
    }
    better.cases.push_back(at(least, "training loss of BatchNorm minus that without a norm", "training loss",
                              "batch", "none", Is::below));
    e.claim(better);
    const auto of = [&](const char* value, const char* norm) {
        return median(e.values(value, {{"norm", norm}, {"batch", least}}));
    };
    e.conclude(fmt::format(
        "At batch {} the validation loss is {:.2f} with BatchNorm, {:.2f} with LayerNorm, {:.2f} without a "
        "norm.",
        least, of("validation loss", "batch"), of("validation loss", "layer"),
        of("validation loss", "none")));
    const bool less_learnt = of("training loss", "batch") > of("training loss", "layer");
    e.conclude(
        fmt::format("On the training images the loss is {:.2f} with BatchNorm and {:.2f} with "
                    "LayerNorm: BatchNorm {}.",
                    of("training loss", "batch"), of("training loss", "layer"),
                    less_learnt ? "learns less, which is not overfitting" : "does not learn less"));
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
         .setup =
             "784-64-64-10 with tanh, the norm before it; Adam at learning rate 0.001, batches of 2, 4, 16, "
             "64 or 256, always 6,000 samples in all out of 2,000 training images (3,000 steps of 2, 23 of "
             "256). The losses are over 500 validation and all training images, in eval mode.",
         .why =
             "In training BatchNorm puts the batch's mean and variance in place of those of all samples. Of "
             "two samples, one unit's normalized values are always -1 and +1, whatever the distance between "
             "them: most of what the images say is lost, and the running statistics of eval mode are of "
             "another function than the one that was trained (Ioffe 2017, Batch Renormalization; Wu, He "
             "2018, Group Normalization). LayerNorm, RMSNorm and GroupNorm look at one sample at a time. The "
             "gap, validation minus training loss, is what overfitting shows in; all batch sizes share one "
             "learning rate here, which this measurement does not vary.",
         .full =
             "784-1000-1000-10, 10,000 images, batches of 4 and 128, 40,000 samples seen; about half an hour",
         .body = body});
}
