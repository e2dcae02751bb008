#include "demos/exercises/check/library.hpp"
#include "demos/exercises/check/statistics.hpp"

namespace exercises::check {
namespace {

Case given(const std::string& name, Size m, Size n, const Values& x, double eps) {
    return Case(name)
        .size("m", m)
        .size("n", n)
        .number("eps", eps)
        .given("x", {m, n}, x)
        .given("gamma", {n}, scaled(wavy(n, 4), 0.5, 1.3))
        .given("beta", {n}, wavy(n, 5));
}

Values mean_before(Size n) { return wavy(n, 6); }
Values var_before(Size n) { return scaled(wavy(n, 7), 0.4, 1.2); }

Case train_case(const std::string& name, Size m, Size n, const Values& x, double eps = 1e-5) {
    return given(name, m, n, x, eps)
        .number("momentum", 0.1)
        .assigned("y", {m, n})
        .changed("running_mean", {n}, mean_before(n))
        .changed("running_var", {n}, var_before(n));
}

Case eval_case(const std::string& name, Size m, Size n, const Values& x, double eps = 1e-5) {
    return given(name, m, n, x, eps)
        .given("running_mean", {n}, mean_before(n))
        .given("running_var", {n}, var_before(n))
        .assigned("y", {m, n});
}

/// Records batch_norm with these running statistics, and puts y.
void record(Trial& t, td::RunningStatistics<double>& running, td::BatchNormMode mode) {
    const Size m = t.size("m"), n = t.size("n");
    td::Tape<double> tape;
    const auto gamma = tape.input(tensor(t.given("gamma"), {n})),
               beta = tape.input(tensor(t.given("beta"), {n}));
    mode.eps = t.number("eps");
    put(t, "y", batch_norm(tape.input(tensor(t.given("x"), {m, n})), &running, gamma, beta, mode).value());
}

void train_solved(Trial& t) {
    const Size n = t.size("n");
    td::RunningStatistics<double> running(n);
    running.mean = tensor(t.out("running_mean"), {n});
    running.var = tensor(t.out("running_var"), {n});
    record(t, running, {.training = true, .momentum = t.number("momentum")});
    put(t, "running_mean", running.mean);
    put(t, "running_var", running.var);
}

void eval_solved(Trial& t) {
    const Size n = t.size("n");
    td::RunningStatistics<double> running(n);
    running.mean = tensor(t.given("running_mean"), {n});
    running.var = tensor(t.given("running_var"), {n});
    record(t, running, {.training = false});
}

Solution call_train(const BatchNormTrain& f) {
    return [f](Trial& t) {
        f(t.size("m"), t.size("n"), t.given("x"), t.given("gamma"), t.given("beta"), t.number("eps"),
          t.number("momentum"), t.out("y"), t.out("running_mean"), t.out("running_var"));
    };
}
Solution call_eval(const BatchNormEval& f) {
    return [f](Trial& t) {
        f(t.size("m"), t.size("n"), t.given("x"), t.given("gamma"), t.given("beta"), t.number("eps"),
          t.given("running_mean"), t.given("running_var"), t.out("y"));
    };
}

/// As it stands, it is right.
struct How {
    Statistics statistics = {};
    bool statistics_run = false;  ///< these statistics go into the running ones too
    bool running_whole = false;   ///< m / (m - 1) in whole numbers
    bool gamma = true, beta = true;
    bool by_row = false;
    bool running_normalize = false;  ///< in training
    bool running_biased = false;     ///< the running variance takes in the batch's over m
    bool running_rstd = false;       ///< the running variance takes in the standard deviation
    bool momentum_swapped = false;   ///< the weight of the old
    bool momentum_dropped = false;   ///< the batch's replace the running ones
};

Mistake train_mistake(const std::string& words, How how) {
    return {
        words, call_train([how](Size m, Size n, In x, In gamma, In beta, double eps, double momentum, Out y,
                                Out running_mean, Out running_var) {
            const double keep = how.momentum_dropped ? 0 : how.momentum_swapped ? momentum : 1 - momentum;
            const double correction = how.running_biased ? 1
                                      : how.running_whole
                                          ? static_cast<double>(m / (m - 1))
                                          : static_cast<double>(m) / static_cast<double>(m - 1);
            Moments last;
            for (Size j = 0; j < n; ++j) {
                const Moments own = last = moments(x.subspan(j), m, n, eps, how.statistics, last);
                const Moments batch = how.statistics_run ? own : moments(x.subspan(j), m, n, eps, {});
                const Moments running{running_mean[j], running_var[j], 1 / std::sqrt(running_var[j] + eps)};
                for (Size i = 0; i < m; ++i) {
                    const Moments s = how.by_row              ? moments(x.subspan(i * n), n, 1, eps, {})
                                      : how.running_normalize ? running
                                                              : own;
                    y[i * n + j] = (how.gamma ? gamma[j] : 1) * (x[i * n + j] - s.mean) * s.rstd +
                                   (how.beta ? beta[j] : 0);
                }
                running_mean[j] = keep * running_mean[j] + (1 - keep) * batch.mean;
                const double taken =
                    how.running_rstd ? std::sqrt(batch.variance) : batch.variance * correction;
                running_var[j] = keep * running_var[j] + (1 - keep) * taken;
            }
        })};
}

std::vector<Mistake> train_mistakes() {
    std::vector<Mistake> all{
        train_mistake("You took mean and variance of each row: that is LayerNorm. BatchNorm takes them of "
                      "each column, over "
                      "the batch.",
                      {.by_row = true}),
        train_mistake("y: you divided the variance by m - 1. The batch is normalized by the biased one, over "
                      "m; only the "
                      "running variance is unbiased.",
                      {.statistics = {.unbiased = true}}),
        train_mistake("running_var: it takes in the unbiased variance of the batch, over m - 1 (y takes the "
                      "one over m).",
                      {.running_biased = true}),
        train_mistake("running_var: m / (m - 1) is 1 in whole numbers: static_cast<double>(m) / (m - 1).",
                      {.running_whole = true}),
        train_mistake(
            "momentum is the weight of the new batch, as in PyTorch: running = (1 - momentum) * running + "
            "momentum * batch's. You have it the other way round.",
            {.momentum_swapped = true}),
        train_mistake(
            "The running statistics are replaced by the batch's: they are to move by momentum only.",
            {.momentum_dropped = true}),
        train_mistake("running_var takes in the standard deviation: it is a variance, without the root.",
                      {.running_rstd = true}),
        train_mistake("y: you normalized with the running statistics. In training the batch's own do.",
                      {.running_normalize = true}),
        train_mistake("eps stands beside the root, sqrt(var) + eps. It belongs under it: sqrt(var + eps).",
                      {.statistics = {.eps_beside_root = true}}),
        train_mistake("eps is missing: it is added to the variance, under the root.",
                      {.statistics = {.eps = false}}),
        train_mistake("The root is missing: divide by the standard deviation, not by the variance.",
                      {.statistics = {.root = false}}),
        train_mistake("The mean is not taken off x before the division.", {.statistics = {.center = false}}),
        train_mistake("gamma and beta are forgotten: y = gamma * xhat + beta.",
                      {.gamma = false, .beta = false}),
        train_mistake("gamma is forgotten: y = gamma * xhat + beta.", {.gamma = false}),
        train_mistake("beta is forgotten: y = gamma * xhat + beta.", {.beta = false}),
    };
    for (const auto& [words, how] : mistakes_in_sums("column", "m", "i"))
        all.push_back(train_mistake(words, {.statistics = how, .statistics_run = true}));
    return all;
}

/// Of one column, from its running statistics.
using Normalized = double (*)(double x, double mean, double var, double eps);
double right_normalized(double x, double mean, double var, double eps) {
    return (x - mean) / std::sqrt(var + eps);
}

Mistake eval_mistake(const std::string& words, Normalized normalized, bool gamma = true, bool beta = true) {
    return {words, call_eval([=](Size m, Size n, In x, In its_gamma, In its_beta, double eps, In mean, In var,
                                 Out y) {
                for (Size i = 0; i < m * n; ++i) {
                    const Size j = i % n;
                    y[i] = (gamma ? its_gamma[j] : 1) * normalized(x[i], mean[j], var[j], eps) +
                           (beta ? its_beta[j] : 0);
                }
            })};
}

Mistake eval_by_batch() {
    return {
        "You normalized with the batch's own statistics. In eval mode the running ones do: one sample's y "
        "must not "
        "depend on the others.",
        call_eval([](Size m, Size n, In x, In gamma, In beta, double eps, In, In, Out y) {
            for (Size i = 0; i < m * n; ++i) {
                const Moments s = moments(x.subspan(i % n), m, n, eps, {});
                y[i] = gamma[i % n] * (x[i] - s.mean) * s.rstd + beta[i % n];
            }
        })};
}

std::vector<Mistake> eval_mistakes() {
    return {
        eval_by_batch(),
        eval_mistake("The root is missing: running_var is a variance, divide by sqrt(running_var + eps).",
                     [](double x, double mean, double var, double eps) { return (x - mean) / (var + eps); }),
        eval_mistake(
            "You multiplied by the root, where y is divided by it.",
            [](double x, double mean, double var, double eps) { return (x - mean) * std::sqrt(var + eps); }),
        eval_mistake("eps stands beside the root, sqrt(var) + eps. It belongs under it: sqrt(var + eps).",
                     [](double x, double mean, double var, double eps) {
                         return (x - mean) / (std::sqrt(var) + eps);
                     }),
        eval_mistake("eps is missing: it is added to the variance, under the root, in eval mode too.",
                     [](double x, double mean, double var, double) { return (x - mean) / std::sqrt(var); }),
        eval_mistake("running_mean is not taken off x.",
                     [](double x, double, double var, double eps) { return x / std::sqrt(var + eps); }),
        eval_mistake("gamma and beta are forgotten: they count in eval mode too.", right_normalized, false,
                     false),
        eval_mistake("gamma is forgotten: y = gamma * xhat + beta.", right_normalized, false, true),
        eval_mistake("beta is forgotten: y = gamma * xhat + beta.", right_normalized, true, false),
    };
}

}  // namespace

Exercise batch_norm(BatchNormTrain train, BatchNormEval eval) {
    return {
        "batch_norm",
        {{"batch_norm_train",
          "td::batch_norm",
          "core/ops/batch_norm.cpp",
          {train_case("ordinary numbers", 4, 3, wavy(12, 1)),
           train_case("as many rows as columns", 3, 3, wavy(9, 2)),
           train_case("a batch of two", 2, 4, wavy(8, 3)), train_case("a large eps", 3, 2, wavy(6, 8), 0.3),
           train_case("a constant column", 3, 2, {0.5, 1, 0.5, -2, 0.5, 0.1}),
           train_case(kFarFromZero, 4, 2, far(8, 9)).within(1e-6)},
          train_solved,
          call_train(train),
          train_mistakes(),
          {kFarFromZero, kOnePass}},
         {"batch_norm_eval",
          "td::batch_norm in eval mode",
          "core/ops/batch_norm.cpp",
          {eval_case("ordinary numbers", 4, 3, wavy(12, 1)), eval_case("a batch of one", 1, 4, wavy(4, 2)),
           eval_case("a large eps", 3, 2, wavy(6, 3), 0.3)},
          eval_solved,
          call_eval(eval),
          eval_mistakes()}}};
}

}  // namespace exercises::check
