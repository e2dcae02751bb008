// What is told of a tensor beside its numbers.
#pragma once

#include <cstddef>
#include <span>

namespace tapedeck::deck {

/// Over the finite elements of a tensor; of none of them they are all 0.
struct Statistics {
    double mean = 0, std = 0, norm = 0;  ///< the biased standard deviation; the Euclidean norm
    double min = 0, max = 0;
    std::size_t count = 0, zeros = 0, nans = 0, infinities = 0;
};

template <class T>
Statistics statistics(std::span<const T> x);

extern template Statistics statistics(std::span<const float> x);
extern template Statistics statistics(std::span<const double> x);

}  // namespace tapedeck::deck
