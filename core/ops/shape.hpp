// The same elements in another shape.
#pragma once

#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// The same elements in a new shape.
/// @throws ShapeError when the number of elements differs.
template <class T>
Variable<T> reshape(Variable<T> x, const Shape& shape, Where where = Where::here());
/// Swaps two axes, by default the last two.
/// @throws ShapeError when an axis is out of range.
template <class T>
Variable<T> transpose(Variable<T> x, int axis0 = -2, int axis1 = -1, Where where = Where::here());
/// The same values, of x's shape, cut off from what made them: no gradient flows back.
template <class T>
Variable<T> detach(Variable<T> x, Where where = Where::here());

}  // namespace tapedeck
