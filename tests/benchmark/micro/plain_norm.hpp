// The plain loop of a normalization.
#pragma once

#include <cmath>

#include "subject.hpp"

namespace micro {

/// Elements that share a mean and a variance: group k is at k * step, its elements are `stride` apart.
struct Layout {
    std::size_t count, size, step, stride, channels;
    bool has_mean = true;
};

/// y = (x - mean) / sqrt(var + eps) * weight + bias by group; `channel(k, i)` is the index into weight and
/// bias of element i of group k. Without a mean there is no bias, as in RMSNorm.
template <class Channel>
void plain_norm(Case& c, const Layout& l, float eps, Channel channel) {
    const float n = static_cast<float>(l.size);
    c.forward = [=](Plain& p) {
        p.saved.resize(2 * l.count);
        for (std::size_t k = 0; k < l.count; ++k) {
            const float* x = p.x[0] + k * l.step;
            float mean = 0, var = 0;
            for (std::size_t i = 0; l.has_mean && i < l.size; ++i) mean += x[i * l.stride];
            mean /= n;
            for (std::size_t i = 0; i < l.size; ++i)
                var += (x[i * l.stride] - mean) * (x[i * l.stride] - mean);
            const float rstd = 1 / std::sqrt(var / n + eps);
            p.saved[2 * k] = mean;
            p.saved[2 * k + 1] = rstd;
            for (std::size_t i = 0; i < l.size; ++i) {
                const std::size_t ch = channel(k, i);
                p.y[k * l.step + i * l.stride] =
                    (x[i * l.stride] - mean) * rstd * p.x[1][ch] + (l.has_mean ? p.x[2][ch] : 0);
            }
        }
    };
    c.adjoint = [=](Plain& p) {
        for (std::size_t j = 1; j < p.dx.size(); ++j) std::fill_n(p.dx[j], l.channels, 0.F);
        for (std::size_t k = 0; k < l.count; ++k) {
            const float *x = p.x[0] + k * l.step, *dy = p.dy + k * l.step;
            const float mean = p.saved[2 * k], rstd = p.saved[2 * k + 1];
            float sum = 0, along = 0;
            for (std::size_t i = 0; i < l.size; ++i) {
                const std::size_t ch = channel(k, i);
                const float hat = (x[i * l.stride] - mean) * rstd, d = dy[i * l.stride];
                p.dx[1][ch] += d * hat;
                if (l.has_mean) p.dx[2][ch] += d;
                sum += d * p.x[1][ch];
                along += d * p.x[1][ch] * hat;
            }
            for (std::size_t i = 0; i < l.size; ++i) {
                const float hat = (x[i * l.stride] - mean) * rstd;
                const float direct = dy[i * l.stride] * p.x[1][channel(k, i)];
                p.dx[0][k * l.step + i * l.stride] =
                    rstd * (direct - (l.has_mean ? sum / n : 0) - hat * along / n);
            }
        }
    };
}

}  // namespace micro
