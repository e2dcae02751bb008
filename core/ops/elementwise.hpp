// Element-wise functions of one operand.
#pragma once

#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// e^x, element by element, of x's shape.
template <class T>
Variable<T> exp(Variable<T> x, Where where = Where::here());
/// The natural logarithm, element by element, of x's shape; -inf at 0, nan below, as in PyTorch.
template <class T>
Variable<T> log(Variable<T> x, Where where = Where::here());
/// The square root, element by element, of x's shape; nan below 0, and a gradient of inf at 0, as in PyTorch.
template <class T>
Variable<T> sqrt(Variable<T> x, Where where = Where::here());
/// x^2, element by element, of x's shape.
template <class T>
Variable<T> square(Variable<T> x, Where where = Where::here());
/// |x|, element by element, of x's shape; the gradient at 0 is 0.
template <class T>
Variable<T> abs(Variable<T> x, Where where = Where::here());

}  // namespace tapedeck
