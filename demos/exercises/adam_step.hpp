// Exercise 8, adam_step: a step that is scaled by running moments of the gradient
//
// Goal: write one step of Adam, without weight decay.
// Prerequisite: gradient descent; Kingma and Ba 2015, algorithm 1.
//
// Given:
//   t                    which step this is, counted from 1
//   lr, beta1, beta2, eps  as in the paper, where lr is called alpha
//   g  (n)               the gradient at p
// To change, in place:
//   m  (n)               the running mean of gradients; zeros before the first step
//   v  (n)               the running mean of squared gradients; zeros before the first step
//   p  (n)               the parameter
//
// The checks: ./run exercises adam_step
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "demos/exercises/check/blank.hpp"

namespace exercises {

inline void adam_step(int t, double lr, double beta1, double beta2, double eps, std::span<const double> g,
                      std::span<double> m, std::span<double> v, std::span<double> p) {
    const std::size_t n = p.size();
    for (std::size_t i = 0; i < n; ++i) {
        nothing_written_yet("m, v and p");
    }
}

}  // namespace exercises
