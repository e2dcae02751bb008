// pre_or_post: LayerNorm before or after a residual block, by depth
#include "demos/common/evaluation.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/training.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/optim/adam.hpp>

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;
using tapedeck::Variable;

/// Linear with weights of variance 1 / inputs and no bias, as in Xiong 2020: f then has half of x's variance.
tapedeck::Linear<float> linear(std::size_t in, std::size_t out, tapedeck::Random& rng) {
    tapedeck::Linear<float> layer(in, out, rng, {.bias = false});
    const double deviation = 1 / std::sqrt(static_cast<double>(in));
    for (float& w : layer.weight->value.storage()) w = static_cast<float>(rng.normal(0, deviation));
    return layer;
}

/// x + f(LN(x)), or LN(x + f(x)), or x + f(x), where f is Linear, ReLU, Linear.
struct Block : tapedeck::Module<float> {
    std::string norm_place;  ///< "pre", "post" or "none"
    tapedeck::Linear<float> fc1, fc2;
    tapedeck::LayerNorm<float> norm;

    Block(std::string place, std::size_t width, tapedeck::Random& rng)
        : norm_place(std::move(place)),
          fc1(linear(width, width, rng)),
          fc2(linear(width, width, rng)),
          norm(width) {}
    Variable<float> f(Variable<float> x) { return fc2(tapedeck::relu(fc1(x))); }
    Variable<float> forward(Variable<float> x) override {
        if (norm_place == "pre") return x + f(norm(x));
        if (norm_place == "post") return norm(x + f(x));
        return x + f(x);
    }
    void visit(tapedeck::Visitor<float>& v) override {
        v("fc1", fc1);
        v("fc2", fc2);
        if (norm_place != "none") v("norm", norm);
    }
};

struct Net : tapedeck::Module<float> {
    tapedeck::Linear<float> in, out;
    std::vector<Block> blocks;
    tapedeck::LayerNorm<float> last;      ///< pre-LN has one more, before the output
    std::vector<Variable<float>> stream;  ///< x before each block, and after the last

    Net(const std::string& place, std::size_t depth, std::size_t width, tapedeck::Random& rng)
        : in(linear(784, width, rng)), out(linear(width, 10, rng)), last(width) {
        for (std::size_t i = 0; i < depth; ++i) blocks.emplace_back(place, width, rng);
    }
    Variable<float> forward(Variable<float> x) override {
        stream.assign(1, in(x));
        for (Block& block : blocks) stream.push_back(block(stream.back()));
        return out(has_last() ? last(stream.back()) : stream.back());
    }
    void visit(tapedeck::Visitor<float>& v) override {
        v("in", in);
        for (std::size_t i = 0; i < blocks.size(); ++i) v(fmt::format("block{}", i + 1), blocks[i]);
        if (has_last()) v("last", last);
        v("out", out);
    }
    bool has_last() const { return blocks.front().norm_place == "pre"; }
};

double squares(const tapedeck::Tensor<float>& x) { return xt::sum(xt::square(xt::cast<double>(x)))(); }

/// The gradient of a block's two matrices.
double gradient_norm(const Block& block) {
    return std::sqrt(squares(block.fc1.weight->grad) + squares(block.fc2.weight->grad));
}

struct Plan {
    std::vector<std::size_t> depths{2, 8, 32};
    std::vector<double> rates{1e-3, 1e-2};  // the first is Xiong's
    std::size_t width = 32, batch = 32, steps = 300, warm_up = 100;
};

/// At the first step: each block's gradient, and E||x||^2 before each block and after the last.
void look_at_blocks(Run& run, const Net& net) {
    for (std::size_t i = 0; i < net.stream.size(); ++i) {
        const auto& x = net.stream[i].value();
        run.add("E||x||^2", static_cast<double>(i), squares(x) / static_cast<double>(x.shape()[0]));
        if (i > 0) run.add("norm of the gradient", static_cast<double>(i), gradient_norm(net.blocks[i - 1]));
    }
    run.values["first over last"] = gradient_norm(net.blocks.front()) / gradient_norm(net.blocks.back());
    run.values["growth"] = run.series["E||x||^2"].y.back() / run.series["E||x||^2"].y.front();
}

/// Adam; a warm-up raises the learning rate evenly from 0.
void measure(Run& run, const Dataset& data, const Plan& plan) {
    tapedeck::Random weights(run.seed), order = weights.fork();
    const std::string& placement = run.text("placement");
    const bool warms_up = placement == "post, warm-up";
    const double rate = run.number("rate");
    Net net(warms_up ? "post" : placement, run.count("depth"), plan.width, weights);
    tapedeck::Adam<float> adam(net.parameters(), {.lr = rate});
    Batches batches(data, data.train, plan.batch, order);
    tapedeck::Tape<float> tape;
    for (std::size_t step = 1; step <= plan.steps; ++step) {
        const Batch& batch = batches.next();
        tape.rewind();
        const auto loss = loss_of(data, net(tape.input(batch.x, "x")), batch);
        run.values["loss"] = static_cast<double>(loss.item());
        if (!std::isfinite(loss.item())) return;
        adam.zero_grad();
        tape.backward(loss);
        if (step == 1 && !warms_up) look_at_blocks(run, net);  // at first, a warm-up changes nothing
        const double share = static_cast<double>(step) / static_cast<double>(plan.warm_up);
        adam.lr(rate * (warms_up ? std::min(1.0, share) : 1));
        adam.step();
    }
    Evaluation evaluation(net, data);
    run.values["loss"] = evaluation.score(data.train, 500, 250).loss;
}

void draw(Experiment& e, const Plan& plan) {
    const Config deepest{{"depth", plan.depths.back()}, {"rate", plan.rates[0]}};
    const auto by_block = [&](const char* title, const char* what) {
        return Plot{.title = title,
                    .x_label = "block",
                    .y_label = what,
                    .y_log = true,
                    .layers = {{.measured = what, .by = "placement", .where = deepest}}};
    };
    const auto by_depth = [&](double rate) {
        const Layer layer{Way::against, "loss", "placement", "depth", "", {{"rate", rate}}};
        return Plot{.title = fmt::format("learning rate {:g}", rate),
                    .x_label = "blocks",
                    .y_label = "training loss",
                    .x_log = true,
                    .y_log = true,
                    .layers = {layer},
                    .y_group = 1};
    };
    e.draw({.name = "blocks",
            .heading = fmt::format("At initialisation, {} blocks", plan.depths.back()),
            .hint =
                "Without a norm x grows by a factor in each block, with pre-LN by about the same amount; "
                "post-LN "
                "sets it back. A gradient that vanishes or explodes would fall or rise along the blocks. A "
                "warm-up changes nothing yet.",
            .plots = {by_block("residual stream", "E||x||^2"),
                      by_block("gradient of each block's weights", "norm of the gradient")}});
    e.draw(
        {.name = "losses",
         .heading = fmt::format("Training loss after {} steps, by depth", plan.steps),
         .hint =
             "The same samples and steps at two learning rates. What a warm-up gains or costs post-LN is the "
             "distance of its two lines.",
         .plots = {by_depth(plan.rates[0]), by_depth(plan.rates[1])}});
}

void body(Experiment& e) {
    const Plan plan = e.full() ? Plan{{2, 4, 8, 16, 32}, {1e-3, 1e-2}, 128, 64, 1500, 500} : Plan{};
    const Dataset data = e.images(e.full() ? Counts{50'000, 1000, 0} : Counts{2000, 100, 0});
    for (const double rate : plan.rates)
        for (const std::size_t depth : plan.depths)
            for (const char* placement : {"none", "pre", "post", "post, warm-up"})
                e.plan({{"placement", placement}, {"depth", depth}, {"rate", rate}},
                       [&](Run& run) { measure(run, data, plan); });
    e.measure();
    draw(e, plan);

    const std::size_t least = plan.depths.front(), most = plan.depths.back();
    const auto at = [](const char* placement, std::size_t depth, double rate) {
        return Config{{"placement", placement}, {"depth", depth}, {"rate", rate}};
    };
    const double low = plan.rates[0];
    const auto ratio = [&](const char* placement) {
        return e.values("first over last", at(placement, most, low));
    };
    const auto loss = [&](const char* placement, const char* minus, std::size_t depth, double rate) {
        return e.difference("loss", at(placement, depth, rate), at(minus, depth, rate));
    };
    std::vector<Case> cases{
        {fmt::format("{} blocks at first: gradient at the first over that at the last, pre-LN", most),
         ratio("pre"), Is::above, 0.1},
        {"the same, post-LN", ratio("post"), Is::below, 0.1},
        {fmt::format("loss after training, {} blocks, rate {:g}: post-LN's minus pre-LN's", least, low),
         loss("post", "pre", least, low), Is::above, 0}};
    for (const double rate : plan.rates) {
        cases.push_back(
            {fmt::format("loss after training, {} blocks, rate {:g}: post-LN's minus pre-LN's", most, rate),
             loss("post", "pre", most, rate), Is::above, 0});
        cases.push_back(
            {fmt::format("loss after training, {} blocks, rate {:g}: post-LN's minus that with a warm-up",
                         most, rate),
             loss("post", "post, warm-up", most, rate), Is::above, 0});
    }
    e.claim({.id = "pre-or-post",
             .says = "pre-LN trains stably where post-LN needs a warm-up",
             .expected = Verdict::depends,
             .cases = cases});
    const auto medians = [&](const char* what, double rate) {
        std::string words;
        for (const char* placement : {"none", "pre", "post", "post, warm-up"})
            if (what == std::string("loss") || placement != std::string("post, warm-up"))
                words += fmt::format("{}{} {:.3g}", words.empty() ? "" : "; ", placement,
                                     median(e.values(what, at(placement, most, rate))));
        return words;
    };
    e.conclude(fmt::format(
        "{} blocks at first, medians. Growth of E||x||^2: {}. Gradient at the first block over that at "
        "the last: {}.",
        most, medians("growth", low), medians("first over last", low)));
    for (const double rate : plan.rates)
        e.conclude(fmt::format("{} blocks, loss after {} steps at rate {:g}: {}.", most, plan.steps, rate,
                               medians("loss", rate)));
    if (e.deck() != nullptr) {
        for (const char* placement : {"pre", "post"}) {
            tapedeck::Random weights(e.seeds().front()), order = weights.fork();
            Net net(placement, 2, 8, weights);
            train_for_deck(*e.deck(), placement, net, data, order, {.batch = 8});
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "pre_or_post",
         .question = "LayerNorm before or after a residual block?",
         .about = "A residual MLP learns Fashion-MNIST with blocks x + f(LN(x)) (pre), LN(x + f(x)) (post) "
                  "or x + f(x), at the same learning rate.",
         .body = body});
}
