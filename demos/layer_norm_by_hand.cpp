// layer_norm_by_hand: every number of a LayerNorm, forward and backward, and where accounts of it differ
#include "demos/lab/experiment.hpp"
#include "demos/layer_norm_by_hand/steps.hpp"

#include <cmath>

#include <fmt/ranges.h>

#include <tapedeck/core/inspect/paths.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/activation.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/layers/sequential.hpp>

namespace {

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;
using Row = std::vector<float>;
using Rows = std::vector<std::pair<std::string, Row>>;

Row row_of(const Tensor<float>& x) { return {x.begin(), x.end()}; }
/// dy1/dx, taken apart; "all three" is what the tape hands to x.
Rows paths_to(const std::string& name) {
    Tape<float> tape;
    const Var x = sample(tape, name), y = layer_norm(x, {5});
    tape.backward(y, kFirst);
    const auto [direct, mean, variance] = paths(y);
    return {{"direct path", row_of(direct)},
            {"through the mean", row_of(mean)},
            {"through the variance", row_of(variance)},
            {"all three", row_of(x.grad())}};
}

/// A table of n numbers a row, and `more` after them. What is below a ten-thousandth reads 0.
void show(Experiment& e, std::string title, int n, const Rows& rows, const Words& more = {}, int digits = 4) {
    Table table{std::move(title), {""}, {}};
    for (int i = 1; i <= n; ++i) table.columns.push_back(fmt::format("{}", i));
    table.columns.insert(table.columns.end(), more.begin(), more.end());
    for (const auto& [name, row] : rows) {
        Words& to = table.rows.emplace_back(Words{name});
        for (float v : row) to.push_back(std::abs(v) < 1e-4F ? "0" : fmt::format("{:.{}g}", v, digits));
        to.resize(table.columns.size());
    }
    e.show(table);
}

void show_sample(Experiment& e, const std::string& name) {
    Tape<float> tape;
    const Var x = sample(tape, name), y = in_steps(x);
    tape.backward(y, kFirst);
    Rows forward, backward, by_path = paths_to(name);
    for (const auto& entry : tape) {
        if (entry.name().empty()) continue;
        forward.emplace_back(entry.name(), row_of(entry.value()));
        backward.emplace(backward.begin(), entry.name(), row_of(entry.grad()));
    }
    for (auto& [path, dx] : by_path) {
        const Var path_dx = tape.input(xt::adapt(dx, {5}));
        dx.insert(dx.end(), {sum(path_dx).item(), sum(path_dx * y).item()});
    }
    show(e, fmt::format("LayerNorm(5) of [{:g}], step by step", fmt::join(x.value(), " ")), 5, forward);
    show(e, "And back: the gradient of y1 by each step", 5, backward);
    const Var fused = layer_norm(x, {5});
    tape.backward(fused, kFirst);
    show(e, "The gradient of y1 by x, by the path it takes: " + path_sizes(paths(fused)).text(), 5, by_path,
         {"sum", "sum of path * xhat"});
}

Row with_moments(Var x) {
    Row row = row_of(x.value());
    row.insert(row.end(), {mean(x).item(), var(x, {}, false, 0).item()});
    return row;
}

void show_variants(Experiment& e) {
    Tape<float> tape;
    const Var x = sample(tape, kCounting), m = reshape(sample(tape, kCounting, 12), {3, 4});
    Rows places{{"LayerNorm", row_of(layer_norm(x, {5}, {}, {}, kClaimEps).value())}}, matrix, outputs;
    for (std::size_t i = 0; i < 3; ++i) places.emplace_back(kFormulas[i], row_of(by_formulas(x)[i].value()));
    show(e, "Three places for eps, which is 5e-5 here", 5, places, {}, 8);
    for (const auto& [name, y] : {std::pair{"x", m},
                                  {"LayerNorm(4)", layer_norm(m, {4})},
                                  {"LayerNorm([3,4])", layer_norm(m, {3, 4})}})
        for (std::size_t r = 0; r < 3; ++r) matrix.emplace_back(name, with_moments(slice(y, 0, r, r + 1)));
    show(e, "The rows of a 3x4 matrix", 4, matrix, {"mean", "variance"});
    Random rng(1);
    Sequential<float> net;
    net.add("fc", Linear<float>(3, 5, rng)).add("norm", LayerNorm<float>(5)).add("tanh", Tanh<float>());
    Var h = tape.input(Tensor<float>{1, 2, 3});
    for (std::size_t i = 0; i < net.size(); ++i) {
        h = net[i](h);
        outputs.emplace_back(tape[h.index()].op(), with_moments(h));
    }
    show(e, "Sequential(Linear(3, 5), LayerNorm(5), Tanh) of [1 2 3]", 5, outputs, {"mean", "variance"});
}

const Words kMoments{"|mean|", "|variance - 1|, divided by n", "|variance - 1|, divided by n - 1"};
const Words kMatrix{"largest difference between LayerNorm([3,4]) and LayerNorm(4)"};
const std::string kFar = "largest difference from ";
void measure(Run& run) {
    Tape<float> tape;
    const auto difference = [](Var a, Var b) { return max(abs(a - b)).item(); };
    const Var x = sample(tape, run.text("x"), 5, run.seed), y = layer_norm(x, {5});
    const Var with_eps = layer_norm(x, {5}, {}, {}, kClaimEps);
    for (std::size_t i = 0; i < 3; ++i)
        run.values[kFar + kFormulas[i]] = difference(with_eps, by_formulas(x)[i]);
    run.values[kMoments[0]] = std::abs(mean(y).item());
    for (const int less : {0, 1})
        run.values[kMoments[static_cast<std::size_t>(less) + 1]] =
            std::abs(var(y, {}, false, less).item() - 1);
    if (run.text("x") == kMixed) return;
    const Var m = reshape(sample(tape, run.text("x"), 12, run.seed), {3, 4});
    run.values[kMatrix[0]] = difference(layer_norm(m, {3, 4}), layer_norm(m, {4}));
}

void claim(Experiment& e, Claim claim, const Words& values, const std::string& of, double bound) {
    for (const std::string& x : {of, kRandom})
        for (const std::string& value : values)
            claim.cases.push_back({value + ", x = " + x, e.values(value, {{"x", x}}), Is::below, bound});
    e.claim(claim);
}

void body(Experiment& e) {
    Sheet sheet{"paths", "The gradient of y1, by the path it takes back to x", "", {}};
    sheet.hint =
        "The direct path reaches x1 alone. The mean's path takes the same off each, until the sum "
        "is 0; the variance's path takes off what is left along xhat.";
    for (const auto& name : {kCounting, kMixed}) {
        show_sample(e, name);
        for (const auto& [path, dx] : paths_to(name))
            for (std::size_t i = 0; i < 5; ++i)
                e.plan({{"sample", name}, {"path", path}, {"element", i + 1}},
                       [dy_dx = dx[i]](Run& run) { run.values["dy1 / dx"] = dy_dx; });
        // The same for all seeds, so one is shown.
        const Config once{{"sample", name}, {"seed", e.seeds().front()}};
        const Layer lines{Way::against, "dy1 / dx", "path", "element", "", once};
        sheet.plots.push_back({"x = " + name, "element of x", "dy1 / dx", false, false, {lines}, {0}, 1});
    }
    show_variants(e);
    for (const auto& name : {kCounting, kMixed, kRandom}) e.plan({{"x", name}}, measure);
    e.measure();
    e.draw(sheet);
    const Words far{kFar + kFormulas[0], kFar + kFormulas[1], kFar + kFormulas[2]};
    const Words says{"On [0,1,2,3,4] with eps = 5e-5 LayerNorm is exactly the formula",
                     "LayerNorm(5) of [2,3,5,1,4] has mean 0 and variance 1",
                     "LayerNorm([3,4]) normalizes each row of a 3x4 matrix"};
    claim(e, {"exactly-the-formula", says[0], Verdict::depends, {}}, far, kCounting, 1e-6);
    claim(e, {"sample-variance", says[1], Verdict::depends, {}}, kMoments, kMixed, 1e-3);
    claim(e, {"three-by-four", says[2], Verdict::fails, {}}, kMatrix, kCounting, 1e-3);
    if (e.deck() != nullptr) {
        Tape<float> steps, one;
        e.deck()->add("LayerNorm in steps: follow y1's gradient back", "y1",
                      sum(in_steps(sample(steps, kMixed)) * kFirst));
        e.deck()->add("in one entry: the same gradient at x", "y1",
                      sum(layer_norm(sample(one, kMixed), {5}) * kFirst));
    }
    const auto at = [&e](auto& value, auto& x) { return median(e.values(value, {{"x", x}})); };
    e.conclude(
        fmt::format("On [0,1,2,3,4] LayerNorm is one of three formulas: it is {:.1g} away from that "
                    "with eps in the "
                    "root, {:.1e} from that without eps, {:.1e} from that with eps beside the root.",
                    at(far[0], kCounting), at(far[1], kCounting), at(far[2], kCounting)));
    e.conclude(fmt::format(
        "Whether the variance of LayerNorm([2,3,5,1,4]) is 1 depends on what its sum is divided by: n, and "
        "it "
        "is but for eps; n - 1, as torch.var does unless told otherwise, and it is {:.2f} away from 1.",
        at(kMoments[2], kMixed)));
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "layer_norm_by_hand",
         .question = "What does LayerNorm compute, number by number?",
         .about = "Two samples go through LayerNorm in elementary steps, and a gradient comes back.",
         .setup =
             "[0,1,2,3,4], [2,3,5,1,4] and, for each seed, normal numbers; gamma 1, beta 0, eps 1e-5, but "
             "5e-5 where the formulas are compared. Nothing is trained.",
         .why =
             "Each x reaches y by three paths: directly, by the mean, and by the variance. The gradients of "
             "the last two take off the sum of the first, and its part along xhat, since moving or "
             "stretching "
             "all of x does not change y. xhat is (x - mean) / sqrt(var + eps). The variance that LayerNorm "
             "makes 1 is the sum of squares over n (biased); over n - 1 (unbiased, sample variance) the "
             "same numbers have n / (n - 1), 1.25 for five. LayerNorm([3,4]) takes one mean and variance "
             "over "
             "all 12 numbers, LayerNorm(4) those of each row.",
         .full = "",
         .body = body});
}
