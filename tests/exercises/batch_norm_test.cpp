#include <cmath>

#include "demos/exercises/check/compare.hpp"
#include "tests/exercises/mistakes.hpp"

namespace exercises::test {
namespace {

double column_mean(Size m, Size n, In x, Size j) {
    double sum = 0;
    for (Size i = 0; i < m; ++i) sum += x[i * n + j];
    return sum / static_cast<double>(m);
}

double column_squares(Size m, Size n, In x, Size j, double mean) {
    double sum = 0;
    for (Size i = 0; i < m; ++i) sum += (x[i * n + j] - mean) * (x[i * n + j] - mean);
    return sum;
}

struct Variant {
    double normalizing_less = 0, running_less = 1;  ///< what is taken off m in either variance
    bool eps_beside = false, one_pass = false, update = true, swap_momentum = false;
};

check::BatchNormTrain train(Variant how) {
    return [how](Size m, Size n, In x, In gamma, In beta, double eps, double momentum, Out y,
                 Out running_mean, Out running_var) {
        for (Size j = 0; j < n; ++j) {
            const double mean = column_mean(m, n, x, j), count = static_cast<double>(m);
            double squares = column_squares(m, n, x, j, mean);
            if (how.one_pass) squares = column_squares(m, n, x, j, 0) - count * mean * mean;
            const double var = squares / (count - how.normalizing_less);
            const double divisor = how.eps_beside ? std::sqrt(var) + eps : std::sqrt(var + eps);
            for (Size i = 0; i < m; ++i) y[i * n + j] = gamma[j] * (x[i * n + j] - mean) / divisor + beta[j];
            if (!how.update) continue;
            const double share = how.swap_momentum ? 1 - momentum : momentum;
            running_mean[j] += share * (mean - running_mean[j]);
            running_var[j] += share * (squares / (count - how.running_less) - running_var[j]);
        }
    };
}

void eval_solved(Size m, Size n, In x, In gamma, In beta, double eps, In mean, In var, Out y) {
    for (Size i = 0; i < m; ++i)
        for (Size j = 0; j < n; ++j)
            y[i * n + j] = gamma[j] * (x[i * n + j] - mean[j]) / std::sqrt(var[j] + eps) + beta[j];
}

check::Exercise trained(Variant how) { return check::batch_norm(train(how), eval_solved); }
check::Exercise evaluated(check::BatchNormEval written) {
    return check::batch_norm(train({}), std::move(written));
}

TEST_CASE("the exercise batch_norm: a blank is told from a mistake, and a right solution passes") {
    not_written(check::batch_norm([](auto&&...) { nothing_written_yet("y"); }, eval_solved), "y in ");
    not_written(evaluated([](auto&&...) { nothing_written_yet("y"); }), "y in ");
    right(trained({}));
    each_mistake_is_named(trained({}));
}

TEST_CASE("the exercise batch_norm: m is at least 2 in training, as the library refuses a batch of one") {
    const check::Part part = trained({}).parts[0];
    check::Case c = part.cases[0];
    c.sizes[0].second = c.arrays[0].shape[0] = c.outputs[0].start.shape[0] = 1;
    for (check::Values* v : {&c.arrays[0].values, &c.outputs[0].start.values}) v->resize(c.sizes[1].second);
    CHECK(c.sizes_text().find("m = 1, n = 3") == 0);
    CHECK_THROWS_WITH(check::results_of(part.solved, c), doctest::Contains("more than 1 value per channel"));
    for (const check::Case& all : part.cases) CHECK(all.sizes[0].second >= 2);
}

TEST_CASE("the exercise batch_norm: students' mistakes in training are named") {
    refused(trained({.normalizing_less = 1}), "y: you divided the variance by m - 1");
    refused(trained({.running_less = 0}),
            "But y and running_mean are right.\n  Why: running_var: it takes in the unbiased");
    refused(trained({.eps_beside = true}), "eps stands beside the root");
    refused(trained({.swap_momentum = true}), "momentum is the weight of the new batch");
    refused(trained({.update = false}), "running_mean is as it was before the call");
    refused(trained({.one_pass = true}), "The variance is lost in rounding");
}

/// With loops of its own, as a student has them.
struct Sums {
    Size from = 0, less = 0;
    bool carry_mean = false, carry_var = false, whole_share = false, whole_correction = false;
};

check::Exercise summed(Sums how) {
    return check::batch_norm(
        [how](Size m, Size n, In x, In gamma, In beta, double eps, double momentum, Out y, Out running_mean,
              Out running_var) {
            const double count = static_cast<double>(m);
            const double share = how.whole_share ? static_cast<double>(1 / m) : 1 / count;
            const double correction =
                how.whole_correction ? static_cast<double>(m / (m - 1)) : count / (count - 1);
            double sum = 0, squares = 0;
            for (Size j = 0; j < n; ++j) {
                if (!how.carry_mean) sum = 0;
                if (!how.carry_var) squares = 0;
                for (Size i = how.from; i < m - how.less; ++i) sum += x[i * n + j];
                const double mean = sum * share;
                for (Size i = how.from; i < m - how.less; ++i)
                    squares += (x[i * n + j] - mean) * (x[i * n + j] - mean);
                const double var = squares * share;
                for (Size i = 0; i < m; ++i)
                    y[i * n + j] = gamma[j] * (x[i * n + j] - mean) / std::sqrt(var + eps) + beta[j];
                running_mean[j] += momentum * (mean - running_mean[j]);
                running_var[j] += momentum * (var * correction - running_var[j]);
            }
        },
        eval_solved);
}

TEST_CASE("the exercise batch_norm: mistakes in the sums are named") {
    right(summed({}));
    refused(summed({.whole_correction = true}), "running_var: m / (m - 1) is 1 in whole numbers");
    refused(summed({.whole_share = true}), "Mean and variance are 0: 1/m is 0 in whole numbers: 1.0/m.");
    refused(summed({.carry_mean = true}), "The mean's sum is not set to 0 for each column.");
    refused(summed({.carry_var = true}), "The variance's sum is not set to 0 for each column.");
    refused(summed({.carry_mean = true, .carry_var = true}),
            "and the variance's are not set to 0 for each column.");
    refused(summed({.from = 1}),
            "In both sums, the mean's and the variance's, the first element is left out");
    refused(summed({.less = 1}), "In both sums, the mean's and the variance's, the last element is left out");
}

TEST_CASE("the exercise batch_norm: students' mistakes in eval mode are named") {
    refused(evaluated([](Size m, Size n, In x, In gamma, In beta, double eps, In, In, Out y) {
                check::Values ignored(n), also(n, 1);
                train({})(m, n, x, gamma, beta, eps, 0.1, y, ignored, also);
            }),
            "You normalized with the batch's own statistics");
    refused(evaluated([](Size m, Size n, In x, In gamma, In beta, double eps, In mean, In var, Out y) {
                for (Size i = 0; i < m * n; ++i)
                    y[i] = gamma[i % n] * (x[i] - mean[i % n]) / (var[i % n] + eps) + beta[i % n];
            }),
            "The root is missing: running_var is a variance");
    refused(evaluated([](Size m, Size n, In x, In gamma, In beta, double eps, In mean, In var, Out y) {
                for (Size i = 0; i < m * n; ++i)
                    y[i] += gamma[i % n] * (x[i] - mean[i % n]) / std::sqrt(var[i % n] + eps) + beta[i % n];
            }),
            "y is added to what was in it");
}

}  // namespace
}  // namespace exercises::test
