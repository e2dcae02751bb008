// Exercise 2, sum_adjoint: a sum spreads its gradient, a broadcast sums it
//
// Goal: write two adjoints that are each other's mirror image.
// Prerequisite: exercise 1; NumPy's broadcasting.
//
// A matrix (m, n) has m rows of n columns, row after row: element [i, j] is x[i * n + j].
//
// 1. bias_adjoint, of y = x + b: the bias b (n) is added to each of x's m rows.
//      dy  (m, n)  the gradient that arrived: dL/dy
//      db  (n)     to write: add dL/db to it
// 2. sum_adjoint, of s = the sum of x's rows: s[j] is x[0, j] + x[1, j] + … + x[m - 1, j].
//      ds  (n)     the gradient that arrived: dL/ds
//      dx  (m, n)  to write: add dL/dx to it
//
// The checks: ./run exercises sum_adjoint
#pragma once

#include <cstddef>
#include <span>

#include "demos/exercises/check/blank.hpp"

namespace exercises {

inline void bias_adjoint(std::size_t m, std::size_t n, std::span<const double> dy, std::span<double> db) {
    nothing_written_yet("db");
}

inline void sum_adjoint(std::size_t m, std::size_t n, std::span<const double> ds, std::span<double> dx) {
    nothing_written_yet("dx");
}

}  // namespace exercises
