// batch_size: what small batches do to BatchNorm, and to the norms that need no batch
#include "demos/common/evaluation.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/nets.hpp"
#include "demos/lab/training.hpp"

#include <fmt/format.h>

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

/// The samples that each training sees: the same number at every batch size, so that only the batch differs.
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
    const std::size_t batch = run.count("batch");
    train(net, data, order, {.steps = plan.seen / batch, .batch = batch, .lr = 1e-3});
    Evaluation evaluation(net, data);
    run.values["loss, eval mode"] = evaluation.score(data.validation, data.validation.count, 250).loss;
    run.values["loss, training mode"] =
        evaluation.train_mode_score(data.validation, data.validation.count, batch).loss;
    run.values["training loss, training mode"] = evaluation.train_mode_score(data.train, 500, batch).loss;
}

void body(Experiment& e) {
    const Plan plan = plan_of(e);
    const Dataset data = e.images(plan.counts);
    for (const std::size_t batch : plan.batches)
        for (const char* norm : {"none", "batch", "layer", "group", "rms"})
            e.plan({{"norm", norm}, {"batch", batch}}, [&](Run& run) { measure(run, data, plan); });
    e.measure();

    const auto panel = [](const char* title, const char* value) {
        return Plot{.title = title,
                    .x_label = "batch size",
                    .y_label = "loss",
                    .x_log = true,
                    .y_log = true,
                    .layers = {{.way = Way::against, .measured = value, .x = "batch"}},
                    .y_group = 1};
    };
    e.draw(
        {.name = "loss-by-batch",
         .heading = "Validation loss by batch size, the same samples seen",
         .hint =
             "BatchNorm's lines rise to the left: with few samples its statistics are noise. The others have "
             "no batch in their statistics.",
         .plots = {panel("in eval mode", "loss, eval mode"),
                   panel("in training mode", "loss, training mode")}});

    const std::size_t least = plan.batches.front(), most = plan.batches.back();
    const auto against_none = [&](const char* norm, const char* value, std::size_t batch) {
        return e.difference(value, {{"norm", norm}, {"batch", batch}}, {{"norm", "none"}, {"batch", batch}});
    };
    e.claim({.id = "small-batch",
             .says = "BatchNorm is poor at small batches, LayerNorm is not",
             .expected = Verdict::stands,
             .cases = {{fmt::format("loss at batch {}, BatchNorm's minus that without a norm", least),
                        against_none("batch", "loss, eval mode", least), Is::above, 0},
                       {fmt::format("the same, LayerNorm's", least),
                        against_none("layer", "loss, eval mode", least), Is::below, 0.1}}});
    if (e.deck() != nullptr) {
        for (const char* norm : {"none", "batch", "layer"}) {
            tapedeck::Random weights(e.seeds().front()), order = weights.fork();
            auto net = make_mlp(plan.sizes, weights, {.norm = norm});
            train_for_deck(*e.deck(), norm, net, data, order, {.batch = least});
        }
    }
    e.conclude(fmt::format(
        "At batch {} BatchNorm's validation loss is {:.3f} above that without a norm, at batch {} "
        "{:.3f} (medians of {} seeds).",
        least, median(against_none("batch", "loss, eval mode", least)), most,
        median(against_none("batch", "loss, eval mode", most)), e.seeds().size()));
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
