// A normalization's gradient, taken apart into the paths by which its input reaches its output.
#pragma once

#include <tapedeck/core/tensor.hpp>
#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// The three terms of dx = rstd * (g - mean(g) - xhat * mean(g * xhat)), g = dy * weight (Ioffe and Szegedy
/// 2015, section 3, put together). Their sum is what the normalization hands to its input.
template <class T>
struct Paths {
    Tensor<T> direct;    ///< rstd * g: as if mean and variance were constants
    Tensor<T> mean;      ///< -rstd * mean(g): through the mean; zeros where none is taken off
    Tensor<T> variance;  ///< -rstd * xhat * mean(g * xhat): through the variance
};

/// Of a recorded normalization that the last reverse pass reached. With running statistics there is only the
/// direct path.
/// @throws ValueError when v is no normalization; StaleVariableError when no reverse pass has reached it.
template <class T>
Paths<T> paths(Variable<T> v, Where where = Where::here());

}  // namespace tapedeck
