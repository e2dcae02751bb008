// padding: what the padding of sequences does to norms, and which norm suits convolutions and RNNs
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>

#include "demos/common/evaluation.hpp"
#include "demos/common/flush_denormals.hpp"
#include "demos/common/sequence_nets.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"
#include "demos/padding/tokens.hpp"

namespace {

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

struct Plan {
    std::size_t sequences = 64, length = 32, features = 16, batches = 50;
    Counts counts{2000, 500, 0};
    std::size_t hidden = 32, seen = 6400;
};

Plan plan_of(const Experiment& e) {
    return e.full() ? Plan{256, 128, 64, 200, {10'000, 2'000, 0}, 100, 100'000} : Plan{};
}

constexpr const char* kChange = "change of the tokens' outputs, root mean square";
constexpr const char* kRunningMean = "running mean off the tokens' mean";
constexpr const char* kLoss = "validation loss, eval mode";
const Config kTokens{{"input", "tokens"}};
const std::vector<int> kShares{0, 10, 20, 30, 40, 50, 60};

void measure_padding(Run& run, const Plan& plan) {
    Random rng(run.seed);
    Tensor<float> means = zeros<float>({plan.features});
    for (float& mean : means) mean = static_cast<float>(rng.normal());
    RunningStatistics<float> running(plan.features);
    Tape<float> tape;
    for (std::size_t i = 0; i < plan.batches; ++i) {
        const Padded batch = draw_padded(plan.sequences, plan.length, run.number("padding, %"), means, rng);
        tape.rewind();
        const auto x = tape.input(batch.x), mask = tape.input(batch.mask);
        const auto y = normalize(run.text("norm"), x, mask, &running);
        if (i > 0) continue;  // else: the same tokens without any padding
        const Tensor<float> tokens = rows_of(batch.x, batch.tokens);
        const auto alone =
            normalize(run.text("norm"), tape.input(tokens), tape.input(ones<float>({tokens.shape()[0], 1})));
        const Tensor<float> change = rows_of(y.value(), batch.tokens) - alone.value();
        double squares = 0;
        for (const float d : change) squares += double{d} * d;
        run.values[kChange] = std::sqrt(squares / static_cast<double>(change.size()));
    }
    if (run.text("norm") != "batch") return;
    double off = 0;
    for (std::size_t c = 0; c < plan.features; ++c)
        off += std::abs(double{running.mean(c)} - double{means(c)});
    run.values[kRunningMean] = off / static_cast<double>(plan.features);
}

void measure_training(Run& run, const Dataset& data, const Plan& plan) {
    const FlushDenormals flush;
    Random weights(run.seed), order = weights.fork();
    const auto net = (run.text("net") == "RNN" ? make_rnn : make_convolution)(data, plan.hidden,
                                                                              run.text("norm"), weights);
    const std::size_t batch = run.count("batch");
    train(*net, data, order, {.steps = plan.seen / batch, .batch = batch, .lr = 3e-3});
    run.values[kLoss] = Evaluation(*net, data).score(data.validation, data.validation.count, 250).loss;
}

void draw(Experiment& e) {
    const auto against_padding = [](const char* title, const char* value) {
        return Plot{
            .title = title,
            .x_label = "padding, % of the rows",
            .y_label = "standard deviations",
            .layers = {{.way = Way::against, .measured = value, .x = "padding, %", .where = kTokens}}};
    };
    const auto by_net = [](const char* title, int batch) {
        return Plot{
            .title = title,
            .x_label = "",
            .y_label = "loss",
            .layers = {{.way = Way::dots, .measured = kLoss, .x = "net", .where = {{"batch", batch}}}},
            .y_group = 1};
    };
    e.draw({.name = "padding",
            .heading = "What padding does to the tokens that are no padding",
            .hint = "Left: the same tokens, normalized among padding and without any; LayerNorm's points are "
                    "drawn over the mask's. Right: what BatchNorm would use in eval mode.",
            .plots = {against_padding("change of the tokens' outputs", kChange),
                      against_padding("BatchNorm's running mean, off the tokens'", kRunningMean)}});
    e.draw({.name = "both-kinds-of-input",
            .heading = "Validation loss in eval mode, of a convolution and of an RNN",
            .hint = "The same images row by row: a convolution over the rows, (N, C, L), and an RNN that "
                    "reads them, where BatchNorm has statistics for each step.",
            .plots = {by_net("batches of 32", 32), by_net("batches of 4", 4)}});
}

void judge_padding(Experiment& e) {
    const auto change = [&](const char* norm, int share) {
        return e.values(kChange, {{"norm", norm}, {"padding, %", share}});
    };
    std::vector<double> layer = change("layer", 0), masked = change(kMasked, 0);
    const auto larger = [](double a, double b) { return std::max(a, b); };
    for (const int share : kShares) {
        layer = e.both(layer, change("layer", share), larger);
        masked = e.both(masked, change(kMasked, share), larger);
    }
    const std::vector<double> off = e.values(kRunningMean, {{"norm", "batch"}, {"padding, %", 40}});
    e.claim(
        {.id = "padding",
         .says = "variable lengths and padding disturb BatchNorm, not LayerNorm",
         .expected = Verdict::stands,
         .cases = {
             {"40 % padding: root mean square change of the tokens' BatchNorm outputs, whose deviation is 1",
              change("batch", 40), Is::above, 0.1},
             {"40 % padding: BatchNorm's running mean off the tokens', whose deviation is 1", off, Is::above,
              0.1},
             {"any padding: the largest change of the tokens' LayerNorm outputs", layer, Is::exactly, 0}}});
    e.conclude(
        fmt::format("With 40 % padding BatchNorm's outputs for the tokens change by {:.2f} standard "
                    "deviations, and its running mean is {:.2f} off (medians).",
                    median(change("batch", 40)), median(off)));
    const auto say = [](double largest) {
        return largest == 0 ? "do not change at all" : largest < 1e-5 ? "change by rounding alone" : "change";
    };
    e.conclude(fmt::format(
        "At any padding LayerNorm's outputs {}, and those of BatchNorm with a mask {} (median over "
        "the seeds of the largest change).",
        say(median(layer)), say(median(masked))));
}

void judge_nets(Experiment& e) {
    std::vector<Case> suits;
    for (const int batch : {32, 4}) {
        const auto batch_less_layer = [&](const char* net) {
            return e.difference(kLoss, {{"norm", "batch"}, {"net", net}, {"batch", batch}},
                                {{"norm", "layer"}, {"net", net}, {"batch", batch}});
        };
        suits.push_back(
            {fmt::format("convolution, batches of {}: validation loss, BatchNorm's minus LayerNorm's", batch),
             batch_less_layer("convolution"), Is::below, 0});
        suits.push_back(
            {fmt::format("RNN, batches of {}: validation loss, BatchNorm's (per step) minus LayerNorm's",
                         batch),
             batch_less_layer("RNN"), Is::above, 0});
    }
    e.claim({.id = "cnn-rnn",
             .says = "BatchNorm is for CNNs, LayerNorm for RNNs",
             .expected = Verdict::depends,
             .cases = suits});
    const auto better = [&](std::size_t i) {
        return median(suits[i].per_seed) < 0 ? "BatchNorm" : "LayerNorm";
    };
    e.conclude(fmt::format(
        "By the median over the seeds the lower loss in a convolution is {}'s at batches of 32 and {}'s at "
        "batches of 4; in an RNN {}'s and {}'s.",
        better(0), better(2), better(1), better(3)));
}

void body(Experiment& e) {
    const Plan plan = plan_of(e);
    const Dataset data = e.images(plan.counts);
    for (const int share : kShares)
        for (const char* norm : {kMasked, "batch", "layer"})
            e.plan({{"norm", norm}, {"input", "tokens"}, {"padding, %", share}},
                   [&](Run& run) { measure_padding(run, plan); });
    for (const char* net : {"convolution", "RNN"})
        for (const int batch : {32, 4})
            for (const char* norm : {"none", "batch", "layer"})
                e.plan({{"norm", norm}, {"input", "images"}, {"net", net}, {"batch", batch}},
                       [&](Run& run) { measure_training(run, data, plan); });
    e.measure();
    draw(e);
    judge_padding(e);
    judge_nets(e);
    if (e.deck() == nullptr) return;
    for (const char* norm : {"batch", "layer", kMasked}) {
        Random rng(e.seeds().front());
        Tape<float> tape;
        const Padded batch = draw_padded(3, 4, 40, ones<float>({3}), rng);
        const auto mask = tape.input(batch.mask, "mask");
        const auto y = normalize(norm, tape.variable(batch.x, "x"), mask);
        e.deck()->add(norm, "40 % padding", sum(square(y - 1) * mask));
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "padding",
         .question = "What does padding do to a norm, and is BatchNorm for CNNs, LayerNorm for RNNs?",
         .about = "Padded sequences are normalized; a convolution and an RNN learn Fashion-MNIST.",
         .setup = "Padding: 64 sequences of up to 32 tokens of 16 normal features, each with its own mean, "
                  "zeros after the last token; 50 batches. Nets: 2,000 images row by row, 32 channels or "
                  "units, Adam, learning rate 0.003, 6,400 samples seen, validation on 500.",
         .why = "BatchNorm's statistics are over all rows of the batch, and zeros of padding are rows. "
                "LayerNorm's are over the features of one token, so that no other row has a part in it; a "
                "mask, which counts the tokens alone, mends BatchNorm. Small batches make BatchNorm's "
                "statistics noisy, an RNN's per step (running statistics for each time step, N values each) "
                "more than a convolution's (N times L values). Which norm suits which net beyond that, this "
                "measurement does not explain.",
         .full = "256 sequences of 128 tokens of 64 features, 10,000 images, 100 units and 100,000 samples "
                 "seen; about a quarter of an hour.",
         .body = body});
}
