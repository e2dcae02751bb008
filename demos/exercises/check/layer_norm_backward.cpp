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
        .given("dy", {m, n}, wavy(m * n, 5))
        .added("dbeta", {n})
        .added("dgamma", {n})
        .added("dx", {m, n});
}

void solved(Trial& t) {
    const Size m = t.size("m"), n = t.size("n");
    td::Tape<double> tape;
    const auto x = tape.variable(tensor(t.given("x"), {m, n}));
    const auto gamma = tape.variable(tensor(t.given("gamma"), {n}));
    const auto beta = tape.variable(td::zeros<double>({n}));
    tape.backward(layer_norm(x, {n}, gamma, beta, t.number("eps")), tensor(t.given("dy"), {m, n}));
    put(t, "dx", x.grad());
    put(t, "dgamma", gamma.grad());
    put(t, "dbeta", beta.grad());
}

Solution call(const LayerNormBackward& f) {
    return [f](Trial& t) {
        f(t.size("m"), t.size("n"), t.given("x"), t.given("gamma"), t.given("dy"), t.number("eps"),
          t.out("dx"), t.out("dgamma"), t.out("dbeta"));
    };
}

/// As it stands, it is right.
struct How {
    Statistics statistics = {};
    double through_mean = 1, through_variance = 1;  ///< the weight of each path; 0: forgotten
    bool gamma = true, rstd = true;
    bool sums_by_n = true;                       ///< the paths' sums are divided by n
    bool carried_g = false, carried_gx = false;  ///< the paths' sums go on from row to row
    bool dgamma_of_xhat = true, batch_mean = false, last_row = false;
};

Mistake mistake(const std::string& words, How how) {
    return {
        words, call([how](Size m, Size n, In x, In gamma, In dy, double eps, Out dx, Out dgamma, Out dbeta) {
            const double count = how.sums_by_n ? static_cast<double>(n) : 1;
            Moments s;
            double mean_g = 0, mean_gx = 0;
            for (Size i = 0; i < m; ++i) {
                const In row = x.subspan(i * n, n), drow = dy.subspan(i * n, n);
                s = moments(row, n, 1, eps, how.statistics, s);
                if (!how.carried_g) mean_g = 0;
                if (!how.carried_gx) mean_gx = 0;
                for (Size j = 0; j < n; ++j) {
                    const double g = drow[j] * (how.gamma ? gamma[j] : 1), xhat = (row[j] - s.mean) * s.rstd;
                    mean_g += g / count;
                    mean_gx += g * xhat / count;
                    const double share = how.last_row && i + 1 < m ? 0
                                         : how.batch_mean          ? 1 / static_cast<double>(m)
                                                                   : 1;
                    dgamma[j] += share * drow[j] * (how.dgamma_of_xhat ? xhat : row[j]);
                    dbeta[j] += share * drow[j];
                }
                for (Size j = 0; j < n; ++j) {
                    const double g = drow[j] * (how.gamma ? gamma[j] : 1), xhat = (row[j] - s.mean) * s.rstd;
                    dx[i * n + j] += (how.rstd ? s.rstd : 1) *
                                     (g - how.through_mean * mean_g - how.through_variance * xhat * mean_gx);
                }
            }
        })};
}

std::vector<Mistake> mistakes() {
    std::vector<Mistake> all{
        mistake("dx: the path through the mean is missing. x[i, j] moves its row's mean too: take off the "
                "mean of g. If you do: 1/n is 0 in whole numbers: 1.0/n.",
                {.through_mean = 0}),
        mistake("dx: the path through the variance is missing. x[i, j] moves its row's variance too: take "
                "off xhat times "
                "the mean of g * xhat. If you do: 1/n is 0 in whole numbers: 1.0/n.",
                {.through_variance = 0}),
        mistake("dx: only the direct path is there, as if mean and variance were constants. Take off what "
                "flows through "
                "both. If you do: 1/n is 0 in whole numbers: 1.0/n.",
                {.through_mean = 0, .through_variance = 0}),
        mistake("dx: the path through the mean has the wrong sign.", {.through_mean = -1}),
        mistake("dx: the path through the variance has the wrong sign.", {.through_variance = -1}),
        mistake("dx: the path through the variance counts twice.", {.through_variance = 2}),
        mistake("dx: the path through the variance counts half: the 2 of the square and the 1/2 of the root "
                "cancel.",
                {.through_variance = 0.5}),
        mistake("dx: gamma is forgotten. What arrives at xhat is g = dy * gamma, in the two means as well.",
                {.gamma = false}),
        mistake("dx: the factor 1 / sqrt(var + eps) in front is missing.", {.rstd = false}),
        mistake("dx: the two sums over the row are not divided by n.", {.sums_by_n = false}),
        mistake("dx: the sum of g is not set to 0 for each row.", {.carried_g = true}),
        mistake("dx: the sum of g * xhat is not set to 0 for each row.", {.carried_gx = true}),
        mistake("dx: the sums of g and of g * xhat are not set to 0 for each row.",
                {.carried_g = true, .carried_gx = true}),
        mistake("You divided the variance by n - 1. Norms take the biased one: divide by n.",
                {.statistics = {.unbiased = true}}),
        mistake("eps stands beside the root, sqrt(var) + eps. It belongs under it: sqrt(var + eps).",
                {.statistics = {.eps_beside_root = true}}),
        mistake("eps is missing: it is added to the variance, under the root.",
                {.statistics = {.eps = false}}),
        mistake("dgamma: you multiplied dy by x. gamma was multiplied by xhat, the normalized x.",
                {.dgamma_of_xhat = false}),
        mistake("dgamma and dbeta are means over the batch. A loss that is a mean has its 1/m in dy already: "
                "sum.",
                {.batch_mean = true}),
        mistake("dgamma and dbeta: only the last row counts, each overwrites the one before (=, where += is "
                "needed).",
                {.last_row = true}),
    };
    for (const auto& [words, how] : mistakes_in_sums("row", "n", "j"))
        all.push_back(mistake(words, {.statistics = how}));
    return all;
}

}  // namespace

Exercise layer_norm_backward(LayerNormBackward backward) {
    return {"layer_norm_backward",
            {{"layer_norm_backward",
              "td::layer_norm",
              "core/ops/layer_norm.cpp",
              {of("ordinary numbers", 3, 4, wavy(12, 1)), of("as many rows as columns", 3, 3, wavy(9, 2)),
               of("a batch of one", 1, 4, wavy(4, 3)), of("a large eps", 2, 3, wavy(6, 6), 0.3),
               of("a constant row", 2, 4, {0.5, 0.5, 0.5, 0.5, -1, 2, 0.3, 1}),
               of(kFarFromZero, 2, 4, far(8, 7)).within(1e-6)},
              solved,
              call(backward),
              mistakes(),
              {kFarFromZero, kOnePass}}}};
}

}  // namespace exercises::check
