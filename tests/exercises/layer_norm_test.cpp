#include <cmath>
#include <vector>

#include "tests/exercises/mistakes.hpp"

namespace exercises::test {
namespace {

struct Variant {
    double less = 0;  ///< what is taken off n in the variance
    bool eps_beside = false, one_pass = false, gamma = true, beta = true;
    bool mean_path = true, variance_path = true, add = true;
    bool carry_g = false, carry_gx = false, whole_share = false, carry_statistics = false;
};

struct Row {
    double mean, rstd;
};

Row statistics(In row, double eps, const Variant& how) {
    const double n = static_cast<double>(row.size());
    double sum = 0, squares = 0;
    for (const double x : row) sum += x;
    const double mean = sum / n;
    for (const double x : row) squares += how.one_pass ? x * x : (x - mean) * (x - mean);
    if (how.one_pass) squares -= n * mean * mean;
    const double var = squares / (n - how.less);
    return {mean, 1 / (how.eps_beside ? std::sqrt(var) + eps : std::sqrt(var + eps))};
}

check::LayerNormForward forward(Variant how) {
    return [how](Size m, Size n, In x, In gamma, In beta, double eps, Out y) {
        for (Size i = 0; i < m; ++i) {
            const auto [mean, rstd] = statistics(x.subspan(i * n, n), eps, how);
            for (Size j = 0; j < n; ++j)
                y[i * n + j] =
                    (how.gamma ? gamma[j] : 1) * (x[i * n + j] - mean) * rstd + (how.beta ? beta[j] : 0);
        }
    };
}

check::LayerNormBackward backward(Variant how) {
    return [how](Size m, Size n, In x, In gamma, In dy, double eps, Out dx, Out dgamma, Out dbeta) {
        const double share = how.whole_share ? static_cast<double>(1 / n) : 1 / static_cast<double>(n);
        double sum_g = 0, sum_gx = 0, sum = 0, squares = 0;
        for (Size i = 0; i < m; ++i) {
            const Row own = statistics(x.subspan(i * n, n), eps, how);
            for (Size j = 0; j < n; ++j) sum += x[i * n + j];
            const double carried = sum / static_cast<double>(n);
            for (Size j = 0; j < n; ++j) squares += (x[i * n + j] - carried) * (x[i * n + j] - carried);
            const double mean = how.carry_statistics ? carried : own.mean,
                         rstd = how.carry_statistics ? 1 / std::sqrt(squares / static_cast<double>(n) + eps)
                                                     : own.rstd;
            std::vector<double> g(n), xhat(n);
            if (!how.carry_g) sum_g = 0;
            if (!how.carry_gx) sum_gx = 0;
            for (Size j = 0; j < n; ++j) {
                xhat[j] = (x[i * n + j] - mean) * rstd;
                g[j] = dy[i * n + j] * (how.gamma ? gamma[j] : 1);
                sum_g += g[j];
                sum_gx += g[j] * xhat[j];
                dgamma[j] += dy[i * n + j] * xhat[j];
                dbeta[j] += dy[i * n + j];
            }
            for (Size j = 0; j < n; ++j) {
                double d = g[j];
                if (how.mean_path) d -= sum_g * share;
                if (how.variance_path) d -= xhat[j] * sum_gx * share;
                dx[i * n + j] = (how.add ? dx[i * n + j] : 0) + rstd * d;
            }
        }
    };
}

check::Exercise written_forward(Variant how) { return check::layer_norm_forward(forward(how)); }
check::Exercise written_backward(Variant how) { return check::layer_norm_backward(backward(how)); }

TEST_CASE("the exercise layer_norm_forward: a blank is told from a mistake, and a right solution passes") {
    not_written(check::layer_norm_forward([](auto&&...) { nothing_written_yet("y"); }), "y in ");
    right(written_forward({}));
    each_mistake_is_named(written_forward({}));
}

TEST_CASE("the exercise layer_norm_forward: students' mistakes are named") {
    refused(written_forward({.less = 1}), "You divided the variance by n - 1");
    refused(written_forward({.eps_beside = true}), "eps stands beside the root");
    refused(written_forward({.one_pass = true}), "The variance is lost in rounding");
    refused(written_forward({.gamma = false}), "gamma is forgotten");
    refused(written_forward({.beta = false}), "beta is forgotten");
    const auto by_column = [](Size m, Size n, In x, In gamma, In beta, double eps, Out y) {
        for (Size j = 0; j < n; ++j) {
            std::vector<double> column;
            for (Size i = 0; i < m; ++i) column.push_back(x[i * n + j]);
            const auto [mean, rstd] = statistics(column, eps, {});
            for (Size i = 0; i < m; ++i) y[i * n + j] = gamma[j] * (x[i * n + j] - mean) * rstd + beta[j];
        }
    };
    refused(check::layer_norm_forward(by_column), "of each column, over the batch: that is BatchNorm");
}

TEST_CASE("the exercise layer_norm_backward: a blank is told from a mistake, and a right solution passes") {
    not_written(check::layer_norm_backward([](auto&&...) { nothing_written_yet("dx"); }), "dx in ");
    right(written_backward({}));
    each_mistake_is_named(written_backward({}));
}

TEST_CASE("the exercise layer_norm_backward: students' mistakes are named") {
    refused(written_backward({.mean_path = false}),
            "But dbeta and dgamma are right.\n  Why: dx: the path through the mean is missing");
    refused(written_backward({.variance_path = false}), "dx: the path through the variance is missing");
    refused(written_backward({.mean_path = false, .variance_path = false}),
            "dx: only the direct path is there");
    refused(written_backward({.whole_share = true}), "1/n is 0 in whole numbers: 1.0/n");
    refused(written_backward({.carry_statistics = true}),
            "The mean's sum and the variance's are not set to 0 for each row");
    refused(written_backward({.carry_g = true}), "dx: the sum of g is not set to 0 for each row");
    refused(written_backward({.carry_gx = true}), "dx: the sum of g * xhat is not set to 0 for each row");
    refused(written_backward({.carry_g = true, .carry_gx = true}),
            "dx: the sums of g and of g * xhat are not set to 0 for each row");
    refused(written_backward({.gamma = false}), "dx: gamma is forgotten");
    refused(written_backward({.less = 1}), "You divided the variance by n - 1");
    refused(written_backward({.eps_beside = true}), "eps stands beside the root");
    refused(written_backward({.one_pass = true}), "The variance is lost in rounding");
    refused(written_backward({.add = false}), "dx is overwritten");
}

}  // namespace
}  // namespace exercises::test
