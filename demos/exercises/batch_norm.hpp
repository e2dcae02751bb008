// Exercise 5, batch_norm: in training by the batch, in eval mode by what was remembered
//
// Goal: write BatchNorm's forward in both modes, with its running statistics.
// Prerequisite: mean and variance; Ioffe and Szegedy 2015, algorithms 1 and 2.
//
// Given:
//   x            (m, n)  m samples of n channels; [i, j] is x[i * n + j]
//   gamma, beta  (n)     the scale and the shift of each channel
//   eps                  added to the variance before the root
//   momentum             the weight of the new batch in the running statistics, as in PyTorch
// 1. batch_norm_train: each channel (column) is normalized by its own mean and biased variance (over m) in
// this batch. m is at least 2: a single sample has no variance over m - 1, and td::batch_norm refuses it.
//      y             (m, n)  to write
//      running_mean  (n)     to move towards the batch's mean
//      running_var   (n)     to move towards the batch's unbiased variance (over m - 1)
// 2. batch_norm_eval: the running statistics normalize, and stay as they are.
//      y             (m, n)  to write
//
// The checks: ./run exercises batch_norm
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "demos/exercises/check/blank.hpp"

namespace exercises {

inline void batch_norm_train(std::size_t m, std::size_t n, std::span<const double> x,
                             std::span<const double> gamma, std::span<const double> beta, double eps,
                             double momentum, std::span<double> y, std::span<double> running_mean,
                             std::span<double> running_var) {
    nothing_written_yet("y, running_mean and running_var");
}

inline void batch_norm_eval(std::size_t m, std::size_t n, std::span<const double> x,
                            std::span<const double> gamma, std::span<const double> beta, double eps,
                            std::span<const double> running_mean, std::span<const double> running_var,
                            std::span<double> y) {
    nothing_written_yet("y");
}

}  // namespace exercises
