// Element-wise functions of two operands, of one shape and with a row stretched over all rows.
#include <cmath>

#include "subject.hpp"

namespace micro {

namespace {

/// y = f(a, b); da = dy * fa(a, b, y), db = dy * fb(a, b, y). With `row`, b is one row.
template <class Op, class Function, class SlopeA, class SlopeB>
Subject pair(const std::string& name, bool row, Op op, Function f, SlopeA fa, SlopeB fb) {
    const auto make = [=](Size size) {
        const std::size_t n = size.columns;
        const td::Shape b = row ? td::Shape{n} : td::Shape{size.rows, n};
        Case c{{draw({size.rows, n}, true), draw(b, true)},
               [=](const std::vector<F>& x) { return op(x[0], x[1]); }};
        c.forward = [=](Plain& p) {
            for (std::size_t i = 0; i < size.rows; ++i) {
                for (std::size_t j = 0; j < n; ++j)
                    p.y[i * n + j] = f(p.x[0][i * n + j], p.x[1][row ? j : i * n + j]);
            }
        };
        c.adjoint = [=](Plain& p) {
            if (row) std::fill_n(p.dx[1], n, 0.F);
            for (std::size_t i = 0; i < size.rows; ++i) {
                for (std::size_t j = 0; j < n; ++j) {
                    const std::size_t k = i * n + j, at = row ? j : k;
                    const float x = p.x[0][k], z = p.x[1][at], to_b = p.dy[k] * fb(x, z, p.y[k]);
                    p.dx[0][k] = p.dy[k] * fa(x, z, p.y[k]);
                    p.dx[1][at] = row ? p.dx[1][at] + to_b : to_b;
                }
            }
        };
        return c;
    };
    return {name + (row ? "_row" : ""), kSizes, make};
}

td::Tensor<bool> checkered(Size size) {
    auto mask = td::Tensor<bool>::from_shape({size.rows, size.columns});
    for (std::size_t i = 0; i < size.all(); ++i) mask.storage()[i] = i % 2 == 0;
    return mask;
}

Subject where() {
    return {"where", kSizes, [](Size size) {
                const auto mask = checkered(size);
                const std::size_t n = size.all();
                Case c{{draw({size.rows, size.columns}), draw({size.rows, size.columns})},
                       [=](const std::vector<F>& x) { return td::where(mask, x[0], x[1]); }};
                c.forward = [=](Plain& p) {
                    for (std::size_t i = 0; i < n; ++i) p.y[i] = mask.data()[i] ? p.x[0][i] : p.x[1][i];
                };
                c.adjoint = [=](Plain& p) {
                    for (std::size_t i = 0; i < n; ++i) {
                        p.dx[0][i] = mask.data()[i] ? p.dy[i] : 0;
                        p.dx[1][i] = mask.data()[i] ? 0 : p.dy[i];
                    }
                };
                return c;
            }};
}

Subject masked_fill() {
    return {"masked_fill", kSizes, [](Size size) {
                const auto mask = checkered(size);
                const std::size_t n = size.all();
                Case c{{draw({size.rows, size.columns})},
                       [=](const std::vector<F>& x) { return td::masked_fill(x[0], mask, 0.5F); }};
                c.forward = [=](Plain& p) {
                    for (std::size_t i = 0; i < n; ++i) p.y[i] = mask.data()[i] ? 0.5F : p.x[0][i];
                };
                c.adjoint = [=](Plain& p) {
                    for (std::size_t i = 0; i < n; ++i) p.dx[0][i] = mask.data()[i] ? 0 : p.dy[i];
                };
                return c;
            }};
}

}  // namespace

std::vector<Subject> binary() {
    std::vector<Subject> all;
    for (const bool row : {false, true}) {
        all.push_back(pair(
            "add", row, [](F a, F b) { return a + b; }, [](float a, float b) { return a + b; },
            [](float, float, float) { return 1.F; }, [](float, float, float) { return 1.F; }));
        all.push_back(pair(
            "subtract", row, [](F a, F b) { return a - b; }, [](float a, float b) { return a - b; },
            [](float, float, float) { return 1.F; }, [](float, float, float) { return -1.F; }));
        all.push_back(pair(
            "multiply", row, [](F a, F b) { return a * b; }, [](float a, float b) { return a * b; },
            [](float, float b, float) { return b; }, [](float a, float, float) { return a; }));
        all.push_back(pair(
            "divide", row, [](F a, F b) { return a / b; }, [](float a, float b) { return a / b; },
            [](float, float b, float) { return 1 / b; }, [](float, float b, float y) { return -y / b; }));
        all.push_back(pair(
            "maximum", row, [](F a, F b) { return td::maximum(a, b); },
            [](float a, float b) { return a > b ? a : b; },
            [](float a, float b, float) { return a > b ? 1.F : 0.F; },
            [](float a, float b, float) { return a > b ? 0.F : 1.F; }));
    }
    all.push_back(pair(
        "pow", false, [](F a, F b) { return td::pow(a, b); }, [](float a, float b) { return std::pow(a, b); },
        [](float a, float b, float y) { return b * y / a; },
        [](float a, float, float y) { return y * std::log(a); }));
    all.push_back(where());
    all.push_back(masked_fill());
    return all;
}

}  // namespace micro
