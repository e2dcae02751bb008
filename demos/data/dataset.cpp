// Gathering samples into a batch.
#include "demos/data/dataset.hpp"

#include <algorithm>

namespace tapedeck::demos {

void fill(Batch& batch, const Dataset& data, const Split& split, std::span<const std::size_t> rows) {
    const std::size_t n = rows.size();
    const std::size_t size = data.steps * data.features;
    batch.x.resize({n, size});
    float* out = batch.x.data();
    for (const std::size_t row : rows) {
        out = std::copy_n(split.x.data() + row * size, size, out);
    }
    if (data.classes > 0) {
        batch.labels.resize(n);
        std::transform(rows.begin(), rows.end(), batch.labels.begin(),
                       [&](std::size_t r) { return split.labels[r]; });
    } else {
        batch.targets.resize({n, 1});
        std::transform(rows.begin(), rows.end(), batch.targets.data(),
                       [&](std::size_t r) { return split.targets[r]; });
    }
}

}  // namespace tapedeck::demos
