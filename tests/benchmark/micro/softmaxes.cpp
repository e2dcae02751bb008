// Softmax and its logarithm, along each row and along each column.
#include <algorithm>
#include <cmath>

#include "subject.hpp"

namespace micro {

namespace {

Subject softmax(bool log, bool rows) {
    const auto make = [=](Size size) {
        const std::size_t count = rows ? size.rows : size.columns, n = rows ? size.columns : size.rows;
        const std::size_t step = rows ? size.columns : 1, stride = rows ? 1 : size.columns;
        const int axis = rows ? 1 : 0;
        Case c{{draw({size.rows, size.columns})}, [=](const std::vector<F>& x) {
                   return log ? td::log_softmax(x[0], axis) : td::softmax(x[0], axis);
               }};
        c.forward = [=](Plain& p) {
            for (std::size_t k = 0; k < count; ++k) {
                const float* x = p.x[0] + k * step;
                float* y = p.y + k * step;
                float most = x[0], total = 0;
                for (std::size_t i = 1; i < n; ++i) most = std::max(most, x[i * stride]);
                for (std::size_t i = 0; i < n; ++i) total += y[i * stride] = std::exp(x[i * stride] - most);
                const float from = most + std::log(total);
                for (std::size_t i = 0; i < n; ++i)
                    y[i * stride] = log ? x[i * stride] - from : y[i * stride] / total;
            }
        };
        c.adjoint = [=](Plain& p) {
            for (std::size_t k = 0; k < count; ++k) {
                const float *y = p.y + k * step, *dy = p.dy + k * step;
                float* dx = p.dx[0] + k * step;
                float total = 0;
                for (std::size_t i = 0; i < n; ++i) total += dy[i * stride] * (log ? 1 : y[i * stride]);
                for (std::size_t i = 0; i < n; ++i) {
                    const std::size_t at = i * stride;
                    dx[at] = log ? dy[at] - std::exp(y[at]) * total : y[at] * (dy[at] - total);
                }
            }
        };
        return c;
    };
    return {std::string(log ? "log_softmax" : "softmax") + (rows ? "_rows" : "_columns"), kSizes, make};
}

}  // namespace

std::vector<Subject> softmaxes() {
    return {softmax(false, true), softmax(false, false), softmax(true, true), softmax(true, false)};
}

}  // namespace micro
