// Tokens among padding: batches of sequences of different lengths, and a norm with a mask.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <tapedeck/core/ops/normalize.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck::demos::lab {

/// Sequences of different lengths, padded with zeros to the longest: a row for each step of each.
struct Padded {
    Tensor<float> x;                  ///< (sequences * length, features)
    Tensor<float> mask;               ///< (sequences * length, 1): 1 where a token is
    std::vector<std::size_t> tokens;  ///< the rows where a token is
};

/// About `percent` of the rows are padding. A feature's tokens are normal around its mean (means:
/// (features)), with standard deviation 1.
Padded draw_padded(std::size_t sequences, std::size_t length, double percent, const Tensor<float>& means,
                   Random& rng);

/// These rows of x (rows, features).
Tensor<float> rows_of(const Tensor<float>& x, const std::vector<std::size_t>& rows);

inline constexpr const char* kMasked = "BatchNorm with a mask";

/// BatchNorm in training mode whose mean and variance count the tokens alone; without gamma and beta.
Variable<float> masked_batch_norm(const Variable<float>& x, const Variable<float>& mask);

/// "layer", "batch" or kMasked.
Variable<float> normalize(const std::string& norm, const Variable<float>& x, const Variable<float>& mask,
                          RunningStatistics<float>* running = nullptr);

}  // namespace tapedeck::demos::lab
