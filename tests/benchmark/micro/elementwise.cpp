// Element-wise functions of one operand, and activations.
#include <cmath>

#include "subject.hpp"

namespace micro {

namespace {

/// y = f(x); dx = dy * df(x, y).
template <class Op, class Function, class Slope>
Subject unary(const std::string& name, Op op, Function f, Slope df, bool positive = false) {
    const auto make = [=](Size size) {
        const std::size_t n = size.all();
        Case c{{draw({size.rows, size.columns}, positive)},
               [=](const std::vector<F>& x) { return op(x[0]); }};
        c.forward = [=](Plain& p) {
            for (std::size_t i = 0; i < n; ++i) p.y[i] = f(p.x[0][i]);
        };
        c.adjoint = [=](Plain& p) {
            for (std::size_t i = 0; i < n; ++i) p.dx[0][i] = p.dy[i] * df(p.x[0][i], p.y[i]);
        };
        return c;
    };
    return {name, kSizes, make};
}

Subject dropout() {
    return {"dropout", kSizes, [](Size size) {
                const auto random = std::make_shared<td::Random>(1);
                return Case{{draw({size.rows, size.columns})},
                            [=](const std::vector<F>& x) { return td::dropout(x[0], 0.5, *random); }};
            }};
}

}  // namespace

std::vector<Subject> elementwise() {
    const float root = 1 / std::sqrt(2.F), density = 0.39894228F;
    const auto normal = [=](float x) { return 0.5F * (1 + std::erf(x * root)); };
    return {
        unary(
            "exp", [](F x) { return td::exp(x); }, [](float x) { return std::exp(x); },
            [](float, float y) { return y; }),
        unary(
            "log", [](F x) { return td::log(x); }, [](float x) { return std::log(x); },
            [](float x, float) { return 1 / x; }, true),
        unary(
            "sqrt", [](F x) { return td::sqrt(x); }, [](float x) { return std::sqrt(x); },
            [](float, float y) { return 0.5F / y; }, true),
        unary(
            "square", [](F x) { return td::square(x); }, [](float x) { return x * x; },
            [](float x, float) { return 2 * x; }),
        unary(
            "abs", [](F x) { return td::abs(x); }, [](float x) { return std::abs(x); },
            [](float x, float) { return x > 0   ? 1.F
                                        : x < 0 ? -1.F
                                                : 0.F; }),
        unary(
            "negate", [](F x) { return -x; }, [](float x) { return -x; }, [](float, float) { return -1.F; }),
        unary(
            "tanh", [](F x) { return td::tanh(x); }, [](float x) { return std::tanh(x); },
            [](float, float y) { return 1 - y * y; }),
        unary(
            "sigmoid", [](F x) { return td::sigmoid(x); }, [](float x) { return 1 / (1 + std::exp(-x)); },
            [](float, float y) { return y * (1 - y); }),
        unary(
            "relu", [](F x) { return td::relu(x); }, [](float x) { return x > 0 ? x : 0; },
            [](float x, float) { return x > 0 ? 1.F : 0.F; }),
        unary(
            "gelu", [](F x) { return td::gelu(x); }, [=](float x) { return x * normal(x); },
            [=](float x, float) { return normal(x) + x * density * std::exp(-0.5F * x * x); }),
        dropout(),
    };
}

}  // namespace micro
