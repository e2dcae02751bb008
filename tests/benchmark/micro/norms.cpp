// The normalizations as fused operations.
#include <limits>
#include <memory>

#include "plain_norm.hpp"

namespace micro {

namespace {

constexpr float kEps = 1e-5F;
constexpr std::size_t kChannels = 8, kGroups = 4;

Subject layer_norm() {
    return {"layer_norm", kSizes, [](Size s) {
                Case c{
                    {draw({s.rows, s.columns}), draw({s.columns}), draw({s.columns})},
                    [=](const std::vector<F>& x) { return td::layer_norm(x[0], {s.columns}, x[1], x[2]); }};
                plain_norm(c, {s.rows, s.columns, s.columns, 1, s.columns}, kEps,
                           [](std::size_t, std::size_t i) { return i; });
                return c;
            }};
}

Subject rms_norm() {
    return {"rms_norm", kSizes, [](Size s) {
                Case c{{draw({s.rows, s.columns}), draw({s.columns})},
                       [=](const std::vector<F>& x) { return td::rms_norm(x[0], {s.columns}, x[1]); }};
                plain_norm(c, {s.rows, s.columns, s.columns, 1, s.columns, false},
                           std::numeric_limits<float>::epsilon(),
                           [](std::size_t, std::size_t i) { return i; });
                return c;
            }};
}

Subject batch_norm() {
    return {"batch_norm", kSizes, [](Size s) {
                const auto running = std::make_shared<td::RunningStatistics<float>>(s.columns);
                Case c{
                    {draw({s.rows, s.columns}), draw({s.columns}), draw({s.columns})},
                    [=](const std::vector<F>& x) { return td::batch_norm(x[0], running.get(), x[1], x[2]); }};
                plain_norm(c, {s.columns, s.rows, 1, s.columns, s.columns}, kEps,
                           [](std::size_t k, std::size_t) { return k; });
                return c;
            }};
}

/// x is (rows, 8, columns / 8).
Subject group_norm() {
    return {"group_norm", kSizes, [](Size s) {
                const std::size_t length = s.columns / kChannels, size = s.columns / kGroups;
                Case c{{draw({s.rows, kChannels, length}), draw({kChannels}), draw({kChannels})},
                       [=](const std::vector<F>& x) { return td::group_norm(x[0], kGroups, x[1], x[2]); }};
                plain_norm(c, {s.rows * kGroups, size, size, 1, kChannels}, kEps,
                           [=](std::size_t k, std::size_t i) {
                               return k % kGroups * (kChannels / kGroups) + i / length;
                           });
                return c;
            }};
}

/// x is (rows, 8, columns / 8).
Subject instance_norm() {
    return {"instance_norm", kSizes, [](Size s) {
                const std::size_t length = s.columns / kChannels;
                Case c{{draw({s.rows, kChannels, length}), draw({kChannels}), draw({kChannels})},
                       [=](const std::vector<F>& x) { return td::instance_norm(x[0], nullptr, x[1], x[2]); }};
                plain_norm(c, {s.rows * kChannels, length, length, 1, kChannels}, kEps,
                           [](std::size_t k, std::size_t) { return k % kChannels; });
                return c;
            }};
}

/// w = g * v / |v| by row.
void plain_weight_norm(Case& c, Size s) {
    const std::size_t n = s.columns;
    c.forward = [=](Plain& p) {
        p.saved.resize(s.rows);
        for (std::size_t k = 0; k < s.rows; ++k) {
            const float* v = p.x[0] + k * n;
            float squares = 0;
            for (std::size_t i = 0; i < n; ++i) squares += v[i] * v[i];
            p.saved[k] = 1 / std::sqrt(squares);
            for (std::size_t i = 0; i < n; ++i) p.y[k * n + i] = p.x[1][k] * v[i] * p.saved[k];
        }
    };
    c.adjoint = [=](Plain& p) {
        for (std::size_t k = 0; k < s.rows; ++k) {
            const float *v = p.x[0] + k * n, *dw = p.dy + k * n;
            float along = 0;
            for (std::size_t i = 0; i < n; ++i) along += dw[i] * v[i] * p.saved[k];
            p.dx[1][k] = along;
            for (std::size_t i = 0; i < n; ++i)
                p.dx[0][k * n + i] = p.x[1][k] * p.saved[k] * (dw[i] - along * v[i] * p.saved[k]);
        }
    };
}

Subject weight_norm() {
    return {"weight_norm", kSizes, [](Size s) {
                Case c{{draw({s.rows, s.columns}), draw({s.rows, 1})},
                       [=](const std::vector<F>& x) { return td::weight_norm(x[0], x[1]); }};
                plain_weight_norm(c, s);
                return c;
            }};
}

/// A norm, recorded in another way.
Subject spelled(const Subject& fused, std::function<F(const std::vector<F>&)> record) {
    return {"spelled_out_" + fused.name, {kSizes[0], kSizes[1]}, [=](Size s) {
                Case c = fused.make(s);
                c.record = record;
                return c;
            }};
}

}  // namespace

std::vector<Subject> norms() {
    return {layer_norm(), rms_norm(), batch_norm(), group_norm(), instance_norm(), weight_norm()};
}

std::vector<Subject> spelled_out() {
    namespace so = td::spelled_out;
    using X = const std::vector<F>&;
    return {spelled(layer_norm(), [](X x) { return so::layer_norm(x[0], 1, x[1], x[2]); }),
            spelled(rms_norm(), [](X x) { return so::rms_norm(x[0], 1, x[1]); }),
            spelled(batch_norm(), [](X x) { return so::batch_norm(x[0], x[1], x[2]); }),
            spelled(group_norm(), [](X x) { return so::group_norm(x[0], kGroups, x[1], x[2]); }),
            spelled(instance_norm(), [](X x) { return so::instance_norm(x[0], x[1], x[2]); }),
            spelled(weight_norm(), [](X x) { return so::weight_norm(x[0], x[1]); })};
}

}  // namespace micro
