// Exercise 1, tanh_adjoint: what tanh hands back in the reverse pass
//
// Goal: write the adjoint of y = tanh(x), element by element.
// Prerequisite: the chain rule, and the derivative of tanh in terms of its output y.
//
// Given, n numbers each:
//   x   what tanh was applied to
//   y   tanh(x), which the forward pass has computed
//   dy  the gradient that arrived: dL/dy
// To write:
//   dx  dL/dx. Add to it: x may be used a second time, and then that use has left its share in dx already.
//
// The checks: ./run exercises tanh_adjoint
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "demos/exercises/check/blank.hpp"

namespace exercises {

inline void tanh_adjoint(std::span<const double> x, std::span<const double> y, std::span<const double> dy,
                         std::span<double> dx) {
    const std::size_t n = x.size();
    for (std::size_t i = 0; i < n; ++i) {
        nothing_written_yet("dx");
    }
}

}  // namespace exercises
