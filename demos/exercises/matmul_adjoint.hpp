// Exercise 3, matmul_adjoint: the gradients of both factors of a matrix product
//
// Goal: write the adjoint of c = a b, of which every linear layer is made.
// Prerequisite: exercise 2; the matrix product as a sum over p: c[i, j] is the sum of a[i, p] * b[p, j].
// To find the formula: in which c[i, j] does a[i, p] stand, and with which factor? Or by shapes: da is (m,
// k), and only one product of dc with b, one of them transposed, is of that shape.
//
// Given, row after row:
//   a   (m, k)  a[i, p] is a[i * k + p]
//   b   (k, n)  b[p, j] is b[p * n + j]
//   dc  (m, n)  the gradient that arrived: dL/dc
// To write:
//   da  (m, k)  add dL/da to it
//   db  (k, n)  add dL/db to it
//
// The checks: ./run exercises matmul_adjoint
#pragma once

#include <cstddef>
#include <span>

#include "demos/exercises/check/blank.hpp"

namespace exercises {

inline void matmul_adjoint(std::size_t m, std::size_t k, std::size_t n, std::span<const double> a,
                           std::span<const double> b, std::span<const double> dc, std::span<double> da,
                           std::span<double> db) {
    nothing_written_yet("da and db");
}

}  // namespace exercises
