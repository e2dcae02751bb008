// Softmax and its logarithm.
#pragma once

#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// e^x / sum of e^x along an axis, of x's shape, computed from x - max(x), so that no x is too large.
/// @throws ShapeError when the axis is out of range.
template <class T>
Variable<T> softmax(Variable<T> x, int axis = -1, Where where = Where::here());
/// log(softmax(x)), of x's shape, without forming the quotient: it stays finite where softmax(x) is 0.
/// @throws ShapeError when the axis is out of range.
template <class T>
Variable<T> log_softmax(Variable<T> x, int axis = -1, Where where = Where::here());

}  // namespace tapedeck
