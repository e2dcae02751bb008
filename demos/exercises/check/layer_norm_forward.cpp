#include "demos/exercises/check/library.hpp"
#include "demos/exercises/check/statistics.hpp"

namespace exercises::check {
namespace {

Case of(const std::string& name, Size m, Size n, const Values& x, double eps = 1e-5) {
    return Case(name)
        .size("m", m)
        .size("n", n)
        .number("eps", eps)
        .given("x", {m, n}, x)
        .given("gamma", {n}, scaled(wavy(n, 4), 0.5, 1.3))
        .given("beta", {n}, wavy(n, 5))
        .assigned("y", {m, n});
}

void solved(Trial& t) {
    const Size m = t.size("m"), n = t.size("n");
    td::Tape<double> tape;
    const auto gamma = tape.input(tensor(t.given("gamma"), {n})),
               beta = tape.input(tensor(t.given("beta"), {n}));
    put(t, "y",
        layer_norm(tape.input(tensor(t.given("x"), {m, n})), {n}, gamma, beta, t.number("eps")).value());
}

Solution call(const LayerNormForward& f) {
    return [f](Trial& t) {
        f(t.size("m"), t.size("n"), t.given("x"), t.given("gamma"), t.given("beta"), t.number("eps"),
          t.out("y"));
    };
}

/// What is done with the normalized x.
using Affine = double (*)(double xhat, In gamma, In beta, Size i, Size j);
double right_affine(double xhat, In gamma, In beta, Size, Size j) { return gamma[j] * xhat + beta[j]; }

Mistake mistake(const std::string& words, Statistics how, Affine affine = right_affine) {
    return {words, call([how, affine](Size m, Size n, In x, In gamma, In beta, double eps, Out y) {
                for (Size i = 0; i < m; ++i) {
                    const In row = x.subspan(i * n, n);
                    const Moments s = moments(row, n, 1, eps, how);
                    for (Size j = 0; j < n; ++j)
                        y[i * n + j] = affine((row[j] - s.mean) * s.rstd, gamma, beta, i, j);
                }
            })};
}

Mistake by_column() {
    return {
        "You took mean and variance of each column, over the batch: that is BatchNorm. LayerNorm takes them "
        "of each "
        "row.",
        call([](Size m, Size n, In x, In gamma, In beta, double eps, Out y) {
            for (Size j = 0; j < n; ++j) {
                const Moments s = moments(x.subspan(j), m, n, eps, {});
                for (Size i = 0; i < m; ++i)
                    y[i * n + j] = gamma[j] * (x[i * n + j] - s.mean) * s.rstd + beta[j];
            }
        })};
}

std::vector<Mistake> mistakes() {
    return {
        by_column(),
        mistake("You divided the variance by n - 1. Norms take the biased one: divide by n.",
                {.unbiased = true}),
        mistake("eps stands beside the root, sqrt(var) + eps. It belongs under it: sqrt(var + eps).",
                {.eps_beside_root = true}),
        mistake("eps is missing: it is added to the variance, under the root.", {.eps = false}),
        mistake("The root is missing: divide by the standard deviation, not by the variance.",
                {.root = false}),
        mistake("The mean is not taken off x before the division.", {.center = false}),
        mistake("You took the mean of x^2 for the variance: take the mean off first, then square.",
                {.about_mean = false}),
        mistake("No mean is taken off at all: that is RMSNorm.", {.center = false, .about_mean = false}),
        mistake("gamma and beta are forgotten: y = gamma * xhat + beta.", {},
                [](double xhat, In, In, Size, Size) { return xhat; }),
        mistake("gamma is forgotten: y = gamma * xhat + beta.", {},
                [](double xhat, In, In beta, Size, Size j) { return xhat + beta[j]; }),
        mistake("beta is forgotten: y = gamma * xhat + beta.", {},
                [](double xhat, In gamma, In, Size, Size j) { return gamma[j] * xhat; }),
        mistake("beta is multiplied by gamma: y = gamma * xhat + beta, not gamma * (xhat + beta).", {},
                [](double xhat, In gamma, In beta, Size, Size j) { return gamma[j] * (xhat + beta[j]); }),
        mistake(
            "gamma and beta are taken by row, gamma[i]. They have one element for each column: gamma[j].", {},
            [](double xhat, In gamma, In beta, Size i, Size) { return at(gamma, i) * xhat + at(beta, i); }),
    };
}

}  // namespace

Exercise layer_norm_forward(LayerNormForward forward) {
    return {"layer_norm_forward",
            {{"layer_norm_forward",
              "td::layer_norm",
              "core/ops/layer_norm.cpp",
              {of("ordinary numbers", 3, 4, wavy(12, 1)), of("as many rows as columns", 3, 3, wavy(9, 2)),
               of("a batch of one", 1, 4, wavy(4, 3)), of("a large eps", 2, 3, wavy(6, 6), 0.3),
               of("a constant row", 2, 4, {0.5, 0.5, 0.5, 0.5, -1, 2, 0.3, 1}),
               of(kFarFromZero, 2, 4, far(8, 7)).within(1e-6)},
              solved,
              call(forward),
              mistakes(),
              {kFarFromZero, kOnePass}}}};
}

}  // namespace exercises::check
