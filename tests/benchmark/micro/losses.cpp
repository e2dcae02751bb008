// Losses: each is one number.
#include <algorithm>
#include <cmath>

#include "subject.hpp"

namespace micro {

namespace {

/// The mean of f(x); dx = dy / n * df(x). The target is t in both.
template <class Op, class Function, class Slope>
Subject averaged(const std::string& name, float t, Op op, Function f, Slope df) {
    const auto make = [=](Size s) {
        const std::size_t n = s.all();
        Case c{{draw({s.rows, s.columns})}, [=](const std::vector<F>& x) { return op(x[0], t); }};
        c.forward = [=](Plain& p) {
            double total = 0;
            for (std::size_t i = 0; i < n; ++i) total += static_cast<double>(f(p.x[0][i], t));
            p.y[0] = static_cast<float>(total / static_cast<double>(n));
        };
        c.adjoint = [=](Plain& p) {
            const float share = p.dy[0] / static_cast<float>(n);
            for (std::size_t i = 0; i < n; ++i) p.dx[0][i] = share * df(p.x[0][i], t);
        };
        return c;
    };
    return {name, kSizes, make};
}

Subject cross_entropy() {
    return {"cross_entropy", kSizes, [](Size s) {
                std::vector<std::size_t> labels;
                for (std::size_t i = 0; i < s.rows; ++i) labels.push_back(7 * i % s.columns);
                Case c{{draw({s.rows, s.columns})},
                       [=](const std::vector<F>& x) { return td::cross_entropy(x[0], labels); }};
                c.forward = [=](Plain& p) {
                    p.saved.resize(s.rows);
                    double total = 0;
                    for (std::size_t i = 0; i < s.rows; ++i) {
                        const float* x = p.x[0] + i * s.columns;
                        const float most = *std::max_element(x, x + s.columns);
                        float sum = 0;
                        for (std::size_t j = 0; j < s.columns; ++j) sum += std::exp(x[j] - most);
                        p.saved[i] = most + std::log(sum);
                        total += static_cast<double>(p.saved[i] - x[labels[i]]);
                    }
                    p.y[0] = static_cast<float>(total / static_cast<double>(s.rows));
                };
                c.adjoint = [=](Plain& p) {
                    const float share = p.dy[0] / static_cast<float>(s.rows);
                    for (std::size_t i = 0; i < s.rows; ++i) {
                        const float* x = p.x[0] + i * s.columns;
                        float* dx = p.dx[0] + i * s.columns;
                        for (std::size_t j = 0; j < s.columns; ++j)
                            dx[j] = share * std::exp(x[j] - p.saved[i]);
                        dx[labels[i]] -= share;
                    }
                };
                return c;
            }};
}

}  // namespace

std::vector<Subject> losses() {
    return {
        averaged(
            "mse_loss", 0.5F, [](F x, float t) { return td::mse_loss(x, t); },
            [](float x, float t) { return (x - t) * (x - t); }, [](float x, float t) { return 2 * (x - t); }),
        cross_entropy(),
        averaged(
            "binary_cross_entropy_with_logits", 0.25F,
            [](F x, float t) { return td::binary_cross_entropy_with_logits(x, t); },
            [](float x, float t) { return std::max(x, 0.F) - x * t + std::log1p(std::exp(-std::abs(x))); },
            [](float x, float t) { return 1 / (1 + std::exp(-x)) - t; })};
}

}  // namespace micro
