#include "demos/padding/tokens.hpp"

#include <algorithm>
#include <cmath>

#include <tapedeck/core/ops/ops.hpp>

namespace tapedeck::demos::lab {

Padded draw_padded(std::size_t sequences, std::size_t length, double percent, const Tensor<float>& means,
                   Random& rng) {
    const double share = percent / 100, spread = std::min(share, 1 - share);
    const std::size_t rows = sequences * length, features = means.size();
    Padded batch{zeros<float>({rows, features}), zeros<float>({rows, 1}), {}};
    for (std::size_t s = 0; s < sequences; ++s) {
        const double part = 1 - share + rng.uniform(-spread, spread);
        const auto tokens = static_cast<std::size_t>(std::lround(part * static_cast<double>(length)));
        for (std::size_t row = s * length; row < s * length + tokens; ++row) {
            for (std::size_t c = 0; c < features; ++c)
                batch.x(row, c) = static_cast<float>(rng.normal(static_cast<double>(means(c)), 1));
            batch.mask(row, 0) = 1;
            batch.tokens.push_back(row);
        }
    }
    return batch;
}

Tensor<float> rows_of(const Tensor<float>& x, const std::vector<std::size_t>& rows) {
    return xt::view(x, xt::keep(rows), xt::all());
}

Variable<float> masked_batch_norm(const Variable<float>& x, const Variable<float>& mask) {
    const auto count = sum(mask);
    const auto centred = x - sum(x * mask, 0) / count;
    return centred / sqrt(sum(square(centred) * mask, 0) / count + 1e-5F);
}

Variable<float> normalize(const std::string& norm, const Variable<float>& x, const Variable<float>& mask,
                          RunningStatistics<float>* running) {
    if (norm == "layer") return layer_norm(x, {x.shape()[1]});
    if (norm == "batch") return batch_norm(x, running);
    return masked_batch_norm(x, mask);
}

}  // namespace tapedeck::demos::lab
