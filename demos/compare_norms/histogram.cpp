// Binning the values of several tensors.
#include "demos/compare_norms/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace tapedeck::demos::compare_norms {
namespace {

constexpr std::size_t kBins = 40;
using Tensors = std::vector<const Tensor<float>*>;

std::vector<std::size_t> count_in(const Tensors& tensors, double low, double width) {
    std::vector<std::size_t> bins(kBins);
    for (const Tensor<float>* x : tensors) {
        for (const float v : x->storage()) {
            if (std::isfinite(v)) ++bins[std::min(kBins - 1, static_cast<std::size_t>((v - low) / width))];
        }
    }
    return bins;
}

}  // namespace

Histogram count(const Tensors& before, const Tensors& after) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const Tensors* tensors : {&before, &after}) {
        for (const Tensor<float>* x : *tensors) {
            for (const double v : x->storage()) {
                if (!std::isfinite(v)) continue;
                low = std::min(low, v);
                high = std::max(high, v);
            }
        }
    }
    if (!(high > low)) {
        low = std::isfinite(low) ? low - 0.5 : 0;  // all alike, or none finite
        high = low + 1;
    }
    Histogram histogram;
    const double width = (high - low) / kBins;
    for (std::size_t i = 0; i <= kBins; ++i) histogram.edges.push_back(low + width * static_cast<double>(i));
    histogram.before = count_in(before, low, width);
    histogram.after = count_in(after, low, width);
    return histogram;
}

}  // namespace tapedeck::demos::compare_norms
