// Exercise 7, layer_norm_backward: three paths from y back to x
//
// Goal: write LayerNorm's adjoint. An x[i, j] reaches its row's y directly, through the row's mean and
// through the row's variance: dx is the sum of the three paths. Prerequisite: exercises 2 and 6. Write xhat
// for the normalized x, so that y = gamma * xhat + beta, and begin with dbeta, dgamma and dL/dxhat. `./run
// layer_norm_by_hand` goes the same way in single steps.
//
// Given:
//   x       (m, n)  [i, j] is x[i * n + j]
//   gamma   (n)
//   dy      (m, n)  the gradient that arrived: dL/dy
//   eps             added to the biased variance before the root
// To write, adding to each:
//   dx      (m, n)  dL/dx
//   dgamma  (n)     dL/dgamma
//   dbeta   (n)     dL/dbeta
//
// The checks: ./run exercises layer_norm_backward
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "demos/exercises/check/blank.hpp"

namespace exercises {

inline void layer_norm_backward(std::size_t m, std::size_t n, std::span<const double> x,
                                std::span<const double> gamma, std::span<const double> dy, double eps,
                                std::span<double> dx, std::span<double> dgamma, std::span<double> dbeta) {
    nothing_written_yet("dx, dgamma and dbeta");
}

}  // namespace exercises
