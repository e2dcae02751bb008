// matmul, and linear with its bias: x (rows, columns) times a square of columns.
#include <algorithm>

#include "subject.hpp"

namespace micro {

namespace {

Subject matmul() {
    return {"matmul", kProductSizes, [](Size s) {
                const std::size_t n = s.columns;
                Case c{{draw({s.rows, n}), draw({n, n})},
                       [](const std::vector<F>& x) { return td::matmul(x[0], x[1]); }};
                c.forward = [=](Plain& p) {
                    std::fill_n(p.y, s.all(), 0.F);
                    for (std::size_t i = 0; i < s.rows; ++i)
                        for (std::size_t k = 0; k < n; ++k)
                            for (std::size_t j = 0; j < n; ++j)
                                p.y[i * n + j] += p.x[0][i * n + k] * p.x[1][k * n + j];
                };
                c.adjoint = [=](Plain& p) {
                    std::fill_n(p.dx[1], n * n, 0.F);
                    for (std::size_t i = 0; i < s.rows; ++i) {
                        for (std::size_t k = 0; k < n; ++k) {
                            float to_a = 0;
                            for (std::size_t j = 0; j < n; ++j) {
                                to_a += p.dy[i * n + j] * p.x[1][k * n + j];
                                p.dx[1][k * n + j] += p.x[0][i * n + k] * p.dy[i * n + j];
                            }
                            p.dx[0][i * n + k] = to_a;
                        }
                    }
                };
                return c;
            }};
}

Subject linear() {
    return {"linear", kProductSizes, [](Size s) {
                const std::size_t n = s.columns;
                Case c{{draw({s.rows, n}), draw({n, n}), draw({n})},
                       [](const std::vector<F>& x) { return td::linear(x[0], x[1], x[2]); }};
                c.forward = [=](Plain& p) {
                    for (std::size_t i = 0; i < s.rows; ++i) {
                        for (std::size_t j = 0; j < n; ++j) {
                            float y = p.x[2][j];
                            for (std::size_t k = 0; k < n; ++k) y += p.x[0][i * n + k] * p.x[1][j * n + k];
                            p.y[i * n + j] = y;
                        }
                    }
                };
                c.adjoint = [=](Plain& p) {
                    for (const std::size_t k : {0U, 1U, 2U}) {
                        const std::size_t size = k == 0 ? s.all() : k == 1 ? n * n : n;
                        std::fill_n(p.dx[k], size, 0.F);
                    }
                    for (std::size_t i = 0; i < s.rows; ++i) {
                        for (std::size_t j = 0; j < n; ++j) {
                            const float dy = p.dy[i * n + j];
                            p.dx[2][j] += dy;
                            for (std::size_t k = 0; k < n; ++k) {
                                p.dx[0][i * n + k] += dy * p.x[1][j * n + k];
                                p.dx[1][j * n + k] += dy * p.x[0][i * n + k];
                            }
                        }
                    }
                };
                return c;
            }};
}

}  // namespace

std::vector<Subject> products() { return {matmul(), linear()}; }

}  // namespace micro
