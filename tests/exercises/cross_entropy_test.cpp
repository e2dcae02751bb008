#include <algorithm>
#include <cmath>

#include "tests/exercises/mistakes.hpp"

namespace exercises::test {
namespace {

/// The log of a row's sum of exponentials, with or without the shift that keeps it finite.
double log_sum_exp(In row, bool shifted = true) {
    const double top = shifted ? *std::max_element(row.begin(), row.end()) : 0;
    double sum = 0;
    for (const double x : row) sum += std::exp(x - top);
    return top + std::log(sum);
}

double solved(Size m, Size n, In logits, Targets targets) {
    double sum = 0;
    for (Size i = 0; i < m; ++i) sum += log_sum_exp(logits.subspan(i * n, n)) - logits[i * n + targets[i]];
    return sum / static_cast<double>(m);
}

void adjoint_solved(Size m, Size n, In logits, Targets targets, double dloss, Out dlogits) {
    for (Size i = 0; i < m; ++i) {
        const double whole = log_sum_exp(logits.subspan(i * n, n));
        for (Size j = 0; j < n; ++j) {
            const double p = std::exp(logits[i * n + j] - whole);
            dlogits[i * n + j] += dloss * (p - (j == targets[i] ? 1 : 0)) / static_cast<double>(m);
        }
    }
}

check::Exercise loss(check::CrossEntropy written) {
    return check::cross_entropy(std::move(written), adjoint_solved);
}
check::Exercise adjoint(check::CrossEntropyAdjoint written) {
    return check::cross_entropy(solved, std::move(written));
}

TEST_CASE("the exercise cross_entropy: a blank is told from a mistake, and a right solution passes") {
    not_written(loss([](Size, Size, In, Targets) -> double { nothing_written_yet("the loss"); }),
                "the loss in ");
    not_written(adjoint([](Size, Size, In, Targets, double, Out) { nothing_written_yet("dlogits"); }),
                "dlogits in ");
    right(loss(solved));
    each_mistake_is_named(loss(solved));
}

TEST_CASE("the exercise cross_entropy: students' mistakes in the loss are named") {
    refused(loss([](Size m, Size n, In logits, Targets targets) {
                return solved(m, n, logits, targets) * static_cast<double>(m);
            }),
            "what it returns is 5.3664, and td::cross_entropy gives 1.7888.\n");
    refused(loss([](Size m, Size n, In logits, Targets targets) {
                return solved(m, n, logits, targets) * static_cast<double>(m);
            }),
            "You summed over the batch");
    refused(loss([](Size m, Size n, In logits, Targets targets) {
                double sum = 0;
                for (Size i = 0; i < m; ++i)
                    sum += log_sum_exp(logits.subspan(i * n, n), false) - logits[i * n + targets[i]];
                return sum / static_cast<double>(m);
            }),
            "exp of a large logit overflows");
    refused(
        loss([](Size m, Size n, In logits, Targets targets) {
            double sum = 0;
            for (Size i = 0; i < m; ++i)
                sum -= std::log(std::exp(logits[i * n + targets[i]] - log_sum_exp(logits.subspan(i * n, n))));
            return sum / static_cast<double>(m);
        }),
        "The log of a probability that has become 0");
}

TEST_CASE("the exercise cross_entropy: students' mistakes in the adjoint are named") {
    refused(adjoint([](Size m, Size n, In logits, Targets targets, double dloss, Out dlogits) {
                adjoint_solved(m, n, logits, targets, dloss * static_cast<double>(m), dlogits);
            }),
            "The mean over the batch is forgotten");
    refused(adjoint([](Size m, Size n, In logits, Targets targets, double, Out dlogits) {
                adjoint_solved(m, n, logits, targets, 1, dlogits);
            }),
            "dloss is missing");
    refused(adjoint([](Size m, Size n, In logits, Targets targets, double dloss, Out dlogits) {
                for (Size i = 0; i < m; ++i) {
                    double sum = 0;
                    for (Size j = 0; j < n; ++j) sum += std::exp(logits[i * n + j]);
                    for (Size j = 0; j < n; ++j)
                        dlogits[i * n + j] += dloss / static_cast<double>(m) *
                                              (std::exp(logits[i * n + j]) / sum - (j == targets[i] ? 1 : 0));
                }
            }),
            "exp of a large logit overflows");
}

}  // namespace
}  // namespace exercises::test
