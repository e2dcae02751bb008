// Exercise 9, clip_gradients: one factor for all gradients, so that a step is never too long
//
// Goal: write gradient clipping by the global norm.
// Prerequisite: the Euclidean norm; Pascanu, Mikolov and Bengio 2013, algorithm 1.
//
// Given:
//   gradients  a gradient for each parameter: gradients[0] … gradients[gradients.size() - 1], each a row of
//   numbers max_norm   how long all of them together may be, as one long vector
// To change, in place:
//   gradients  all scaled by one factor: max_norm / (norm + 1e-6), and never more than 1
// To return: the norm before.
//
// The checks: ./run exercises clip_gradients
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "demos/exercises/check/blank.hpp"

namespace exercises {

inline double clip_gradients(std::span<const std::span<double>> gradients, double max_norm) {
    nothing_written_yet("the gradients and the norm");
}

}  // namespace exercises
