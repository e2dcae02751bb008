// Exercise 6, layer_norm_forward: each sample is normalized by itself
//
// Goal: write LayerNorm's forward.
// Prerequisite: exercise 5; Ba, Kiros and Hinton 2016, equation 4.
//
// Given:
//   x            (m, n)  m samples of n features; [i, j] is x[i * n + j]
//   gamma, beta  (n)     the scale and the shift of each feature
//   eps                  added to the variance before the root
// To write:
//   y            (m, n)  each row normalized by its own mean and biased variance, then scaled and shifted
//
// The checks: ./run exercises layer_norm_forward
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "demos/exercises/check/blank.hpp"

namespace exercises {

inline void layer_norm_forward(std::size_t m, std::size_t n, std::span<const double> x,
                               std::span<const double> gamma, std::span<const double> beta, double eps,
                               std::span<double> y) {
    nothing_written_yet("y");
}

}  // namespace exercises
