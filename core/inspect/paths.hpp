// A normalization's gradient, taken apart into the paths by which its input reaches its output.
#pragma once

#include <string>

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

/// How the paths meet, as lengths (roots of sums of squares) and as shares of the direct one.
struct PathSizes {
    double direct = 0;    ///< length of the direct path
    double mean = 0;      ///< of the path through the mean
    double variance = 0;  ///< of the path through the variance
    double gradient = 0;  ///< of their sum
    /// What share of the direct path the mean's, and the variance's, takes off: 1 cancels all of it, 0 is at
    /// right angles, below 0 adds to it. nan where the direct path is zero.
    double mean_cancels = 0;
    double variance_cancels = 0;  ///< the same of the variance's path

    /// "direct 1.2, mean 0.4 (cancels 11 %), variance 0.8 (cancels 42 %), in all 0.82"
    std::string text() const;
};

/// Of what `paths` gives.
template <class T>
PathSizes path_sizes(const Paths<T>& paths);

}  // namespace tapedeck
