// layer_norm_by_hand: every number of a LayerNorm, forward and backward, and where accounts of it differ
#include "demos/lab/experiment.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/ranges.h>

#include <tapedeck/core/inspect/paths.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/activation.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/layers/sequential.hpp>

namespace {

using namespace tapedeck;
using namespace tapedeck::demos::lab;
using Row = std::vector<double>;
using Rows = std::vector<std::pair<std::string, Row>>;
using Words = std::vector<std::string>;

const std::string kCounting = "counting from 0", kMixed = "2 3 5 1 4", kRandom = "random";
constexpr double kClaimEps = 5e-5, kEps = 1e-5;  // that of the claim, and LayerNorm's own

/// The first n numbers of a sample.
Row sample(const std::string& name, std::size_t n = 5, std::uint64_t seed = 0) {
    if (name == kMixed) return {2, 3, 5, 1, 4};
    Random rng(seed);
    Row x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = name == kCounting ? static_cast<double>(i) : rng.normal();
    return x;
}

Row row_of(const Tensor<float>& x) { return {x.begin(), x.end()}; }
Tensor<float> tensor_of(const Row& x, const Shape& shape = {5}) {
    Tensor<float> tensor = Tensor<float>::from_shape(shape);
    std::transform(x.begin(), x.end(), tensor.begin(), [](double v) { return static_cast<float>(v); });
    return tensor;
}
const Tensor<float> kFirst = tensor_of({1, 0, 0, 0, 0});  // as dL/dy: what comes back is dy1/dx

double dot(const Row& a, const Row& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }
double sum_of(const Row& x) { return std::accumulate(x.begin(), x.end(), 0.0); }
double mean_of(const Row& x) { return sum_of(x) / static_cast<double>(x.size()); }
double variance_of(Row x, std::size_t divisor) {
    for (double& v : x) v -= 0;
    const double mean = mean_of(x);
    for (double& v : x) v -= mean;
    return dot(x, x) / static_cast<double>(divisor);
}
double largest_difference(const Row& a, const Row& b) {
    return std::transform_reduce(
        a.begin(), a.end(), b.begin(), 0.0, [](double x, double y) { return std::max(x, y); },
        [](double x, double y) { return std::abs(x - y); });
}

/// The library's LayerNorm: one entry of a tape.
Row layer_norm_of(const Row& x, double eps = kEps, const Shape& shape = {5}, const Shape& normalized = {5}) {
    Tape<float> tape;
    return row_of(layer_norm(tape.input(tensor_of(x, shape)), normalized, {}, {}, eps).value());
}

/// The same in elementary steps: each of them is an entry with a name.
Variable<float> in_steps(Tape<float>& tape, const Row& sample) {
    const auto x = tape.variable(tensor_of(sample), "x");
    const auto gamma = tape.variable(ones<float>({5}), "gamma"), beta = tape.variable(zeros<float>({5}), "beta");
    const auto mu = mean(x, -1, true).named("mean");
    const auto centered = (x - mu).named("x - mean");
    const auto variance = mean(square(centered).named("(x - mean)^2"), -1, true).named("variance");
    const auto root = sqrt(variance + kEps).named("sqrt(variance + eps)");
    const auto xhat = (centered / root).named("xhat");
    return (gamma * xhat + beta).named("y");
}

/// Three functions that are all called "the formula": eps has another place in each.
const Words kFormulas{"(x - mean) / sqrt(var + eps)", "(x - mean) / std", "(x - mean) / (std + eps)"};
Row by_formula(std::size_t i, const Row& x) {
    const double variance = variance_of(x, 5), std = std::sqrt(variance);
    const Row divisors{std::sqrt(variance + kClaimEps), std, std + kClaimEps};
    Row y;
    for (const double v : x) y.push_back((v - mean_of(x)) / divisors[i]);
    return y;
}

/// dy1/dx, taken apart; "all three" is what the tape hands to x.
Rows paths_to(const Row& sample) {
    Tape<float> tape;
    const auto x = tape.variable(tensor_of(sample)), y = layer_norm(x, {5}, {}, {}, kEps);
    tape.backward(y, kFirst);
    const auto [direct, mean, variance] = paths(y);
    return {{"direct path", row_of(direct)}, {"through the mean", row_of(mean)},
            {"through the variance", row_of(variance)}, {"all three", row_of(x.grad())}};
}

Sequential<float> small_net() {
    Random rng(1);
    Sequential<float> net;
    net.add("fc", Linear<float>(3, 5, rng)).add("norm", LayerNorm<float>(5)).add("tanh", Tanh<float>());
    return net;
}

/// A table of n numbers a row and `more` after them. What is below a ten-thousandth reads 0.
void show(Experiment& e, const std::string& title, std::size_t n, const Rows& rows, const Words& more = {}) {
    Table table{title, {""}, {}};
    for (std::size_t i = 1; i <= n; ++i) table.columns.push_back(fmt::format("{}", i));
    table.columns.insert(table.columns.end(), more.begin(), more.end());
    for (const auto& [name, numbers] : rows) {
        auto& cells = table.rows.emplace_back(Words{name});
        for (const double v : numbers) cells.push_back(std::abs(v) < 1e-4 ? "0" : fmt::format("{:.4g}", v));
        cells.resize(table.columns.size());
    }
    e.show(table);
}

/// The row, its mean and its variance.
Row with_moments(Row x) {
    const double mean = mean_of(x), variance = variance_of(x, x.size());
    x.insert(x.end(), {mean, variance});
    return x;
}

void show_sample(Experiment& e, const Row& x) {
    Tape<float> tape;
    tape.backward(in_steps(tape, x), kFirst);
    Rows forward, backward, by_path = paths_to(x);
    for (const auto& entry : tape) {
        if (entry.name().empty()) continue;
        forward.emplace_back(entry.name(), row_of(entry.value()));
        backward.emplace(backward.begin(), entry.name(), row_of(entry.grad()));
    }
    for (auto& [name, dx] : by_path) dx.insert(dx.end(), {sum_of(dx), dot(dx, layer_norm_of(x))});
    show(e, fmt::format("LayerNorm(5) of [{:g}], step by step", fmt::join(x, " ")), 5, forward);
    show(e, "And back: the gradient of y1 by each step", 5, backward);
    show(e, "The gradient of y1 by x, by the path it takes", 5, by_path, {"sum", "sum of path * xhat"});
}

void show_variants(Experiment& e) {
    Rows eps, matrix, net_rows;
    const Row x = sample(kCounting), twelve = sample(kCounting, 12);
    for (std::size_t i = 0; i < 3; ++i) eps.emplace_back(kFormulas[i], by_formula(i, x));
    const Row whole = layer_norm_of(twelve, kEps, {3, 4}, {3, 4}), rows = layer_norm_of(twelve, kEps, {3, 4}, {4});
    for (const auto& [name, y] : Rows{{"x", twelve}, {"LayerNorm(4)", rows}, {"LayerNorm([3,4])", whole}})
        for (auto row = y.begin(); row != y.end(); row += 4) matrix.emplace_back(name, with_moments({row, row + 4}));
    show(e, "The rows of a 3x4 matrix", 4, matrix, {"mean", "variance"});
    auto net = small_net();
    Tape<float> tape;
    net(tape.input(tensor_of({1, 2, 3}, {3})));
    for (const auto& entry : tape)
        if (!entry.is_leaf()) net_rows.emplace_back(entry.op(), with_moments(row_of(entry.value())));
    show(e, "Sequential(Linear(3, 5), LayerNorm(5), Tanh) of [1 2 3]", 5, net_rows, {"mean", "variance"});
    Table places{"Three places for eps = 5e-5", {"", "1", "2", "3", "4", "5"}, {}};
}
}
