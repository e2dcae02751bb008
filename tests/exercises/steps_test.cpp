#include <cmath>
#include <utility>

#include "tests/exercises/mistakes.hpp"

namespace exercises::test {
namespace {

struct Variant {
    int later = 0;  ///< the correction's step, counted from t
    bool correct = true, eps_inside = false, swap_moments = false, swap_betas = false, write_back = false,
         swap_weights = false, skip_zero = false;
};

check::AdamStep step(Variant how) {
    return [how](int t, double lr, double beta1, double beta2, double eps, In g, Out m, Out v, Out p) {
        if (how.swap_betas) std::swap(beta1, beta2);
        const double c1 = how.correct ? 1 - std::pow(beta1, t + how.later) : 1;
        const double c2 = how.correct ? 1 - std::pow(beta2, t + how.later) : 1;
        for (Size i = 0; i < p.size(); ++i) {
            if (how.skip_zero && g[i] == 0) continue;
            const double first = how.swap_moments ? g[i] * g[i] : g[i],
                         second = how.swap_moments ? g[i] : g[i] * g[i];
            m[i] += (how.swap_weights ? beta1 : 1 - beta1) * (first - m[i]);
            v[i] += (1 - beta2) * (second - v[i]);
            const double m_hat = m[i] / c1, v_hat = v[i] / c2;
            p[i] -= lr * m_hat / (how.eps_inside ? std::sqrt(v_hat + eps) : std::sqrt(v_hat) + eps);
            if (how.write_back) m[i] = m_hat, v[i] = v_hat;
        }
    };
}

check::Exercise adam(Variant how) { return check::adam_step(step(how)); }

TEST_CASE("the exercise adam_step: a blank is told from a mistake, and a right solution passes") {
    not_written(check::adam_step([](auto&&...) { nothing_written_yet("m, v and p"); }), "m, v and p in ");
    right(adam({}));
    each_mistake_is_named(adam({}));
}

TEST_CASE("the exercise adam_step: students' mistakes are named") {
    refused(adam({.correct = false}), "But m and v are right.\n  Why: p: there is no bias correction");
    refused(adam({.later = -1}), "p: the bias correction is that of step t - 1");
    refused(adam({.eps_inside = true}), "p: eps is inside the root");
    refused(adam({.swap_moments = true}), "m and v are swapped");
    refused(adam({.swap_betas = true}), "beta1 and beta2 are swapped");
    // p is wrong as well, and in another way: the first wrong output is what counts.
    refused(adam({.eps_inside = true, .swap_weights = true}),
            "But v is right.\n  Why: m: the weights are swapped");
    refused(adam({.skip_zero = true}), "An element whose gradient is 0 is skipped");
    refused(adam({.write_back = true}), "The corrected moments are written back");
}

using Gradients = std::span<const Out>;

double norm_of(Gradients all) {
    double squares = 0;
    for (const Out g : all)
        for (const double v : g) squares += v * v;
    return std::sqrt(squares);
}

void scale(Out g, double factor) {
    for (double& v : g) v *= factor;
}

double clip_solved(Gradients all, double max_norm) {
    const double norm = norm_of(all), factor = max_norm / (norm + 1e-6);
    if (factor < 1)
        for (const Out g : all) scale(g, factor);
    return norm;
}

TEST_CASE("the exercise clip_gradients: a blank is told from a mistake, and a right solution passes") {
    not_written(
        check::clip_gradients([](Gradients, double) -> double { nothing_written_yet("the gradients"); }),
        "the gradients in ");
    right(check::clip_gradients(clip_solved));
    each_mistake_is_named(check::clip_gradients(clip_solved));
}

TEST_CASE("the exercise clip_gradients: students' mistakes are named") {
    refused(check::clip_gradients([](Gradients all, double max_norm) {
                const double norm = norm_of(all);
                for (const Out& g : all) clip_solved(Gradients(&g, 1), max_norm);
                return norm;
            }),
            "Each gradient is scaled by its own norm");
    refused(check::clip_gradients([](Gradients all, double max_norm) {
                const double norm = norm_of(all);
                for (const Out g : all) scale(g, max_norm / (norm + 1e-6));
                return norm;
            }),
            "Gradients below max_norm are scaled up");
    refused(check::clip_gradients([](Gradients all, double max_norm) {
                const double norm = norm_of(all);
                for (const Out g : all)
                    if (norm > max_norm) scale(g, max_norm / norm);
                return norm;
            }),
            "The 1e-6 beside the norm is missing");
    refused(check::clip_gradients([](Gradients all, double max_norm) {
                clip_solved(all, max_norm);
                return norm_of(all);
            }),
            "What you return is the norm after clipping");
    refused(check::clip_gradients([](Gradients all, double max_norm) {
                const double norm = norm_of(all);
                return clip_solved(all, max_norm), norm * norm;
            }),
            "what it returns is");
}

}  // namespace
}  // namespace exercises::test
