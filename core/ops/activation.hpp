// Activation functions, and dropout.
#pragma once

#include <tapedeck/core/random.hpp>
#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// (e^x - e^-x) / (e^x + e^-x), element by element, of x's shape.
template <class T>
Variable<T> tanh(Variable<T> x, Where where = Where::here());
/// 1 / (1 + e^-x), element by element, of x's shape.
template <class T>
Variable<T> sigmoid(Variable<T> x, Where where = Where::here());
/// max(x, 0), element by element, of x's shape; the gradient at 0 is 0, as in PyTorch.
template <class T>
Variable<T> relu(Variable<T> x, Where where = Where::here());
/// x * Phi(x), element by element, of x's shape, with the normal distribution's exact Phi (Hendrycks, Gimpel
/// 2016, section 2).
template <class T>
Variable<T> gelu(Variable<T> x, Where where = Where::here());
/// In training: zeroes each element with probability p and scales the others by 1/(1-p) (Srivastava 2014, in
/// the inverted form that PyTorch uses). Otherwise x itself. The shape is x's. `rng` must outlive the
/// recording.
/// @throws ValueError when p is not in 0 … 1.
template <class T>
Variable<T> dropout(Variable<T> x, double p, Random& rng, bool training = true, Where where = Where::here());

}  // namespace tapedeck
