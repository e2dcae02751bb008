// Exercise 4, cross_entropy: the loss of a classifier, and its adjoint
//
// Goal: write softmax and cross entropy in one, so that no logit is too large for it.
// Prerequisite: exercise 1; the softmax, and what the logarithm makes of it (log-sum-exp).
//
// Given:
//   logits   (m, n)  a row for each of m samples, a column for each of n classes; [i, j] is logits[i * n + j]
//   targets  (m)     the right class of each sample, 0 … n - 1
// 1. cross_entropy returns the loss: the mean over the samples of -log(softmax(logits[i])[targets[i]]).
// 2. cross_entropy_adjoint:
//      dloss    one number, the gradient that arrived: dL/dloss
//      dlogits  (m, n)  to write: add dL/dlogits to it
//
// The checks: ./run exercises cross_entropy
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "demos/exercises/check/blank.hpp"

namespace exercises {

inline double cross_entropy(std::size_t m, std::size_t n, std::span<const double> logits,
                            std::span<const std::size_t> targets) {
    nothing_written_yet("the loss");
}

inline void cross_entropy_adjoint(std::size_t m, std::size_t n, std::span<const double> logits,
                                  std::span<const std::size_t> targets, double dloss,
                                  std::span<double> dlogits) {
    nothing_written_yet("dlogits");
}

}  // namespace exercises
