// Parts of tensors: taken out, and joined.
#pragma once

#include <initializer_list>
#include <vector>

#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// Elements start … stop-1 along an axis, which stays, with size stop - start.
/// @throws ShapeError when the axis is out of range, or not start <= stop <= its size.
template <class T>
Variable<T> slice(Variable<T> x, int axis, std::size_t start, std::size_t stop, Where where = Where::here());
/// Joined along an axis, which all have, and whose sizes add up: (2, 3) and (2, 5) along 1 are (2, 8).
/// @throws ShapeError when there are none, or the other sizes differ.
template <class T>
Variable<T> concat(const std::vector<Variable<T>>& parts, int axis = 0, Where where = Where::here());
/// The same of a braced list.
template <class T>
Variable<T> concat(std::initializer_list<Variable<T>> parts, int axis = 0, Where where = Where::here()) {
    return concat(std::vector<Variable<T>>(parts), axis, where);
}
/// Joined along a new axis, whose size is how many there are: five of (2, 3) along 0 are (5, 2, 3).
/// @throws ShapeError when there are none, or the shapes differ.
template <class T>
Variable<T> stack(const std::vector<Variable<T>>& parts, int axis = 0, Where where = Where::here());
/// The same of a braced list.
template <class T>
Variable<T> stack(std::initializer_list<Variable<T>> parts, int axis = 0, Where where = Where::here()) {
    return stack(std::vector<Variable<T>>(parts), axis, where);
}
/// y[..., i, ...] = x[..., index[..., i, ...], ...] along an axis, as torch.gather: y has index's shape,
/// which has x's rank, and no size above x's off that axis.
/// @throws ShapeError when the shapes don't fit; ValueError when an index is out of range.
template <class T>
Variable<T> gather(Variable<T> x, int axis, const Tensor<std::size_t>& index, Where where = Where::here());
}  // namespace tapedeck
