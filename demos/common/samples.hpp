// Tensors of random numbers, and a few samples as one batch.
#pragma once

#include <cstddef>
#include <numeric>
#include <vector>

#include <tapedeck/core/random.hpp>
#include <tapedeck/core/tensor.hpp>

#include "demos/data/dataset.hpp"

namespace tapedeck::demos {

/// Of this shape, each element normal with this mean and standard deviation.
template <class T>
Tensor<T> normal(const Shape& shape, Random& rng, double mean = 0, double deviation = 1) {
    Tensor<T> x = Tensor<T>::from_shape(shape);
    for (T& v : x.storage()) v = static_cast<T>(rng.normal(mean, deviation));
    return x;
}

/// The first n samples of a split.
inline Batch first_samples(const Dataset& data, const Split& split, std::size_t n) {
    std::vector<std::size_t> rows(n);
    std::iota(rows.begin(), rows.end(), 0U);
    Batch batch;
    fill(batch, data, split, rows);
    return batch;
}

}  // namespace tapedeck::demos
