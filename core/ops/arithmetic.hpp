// Element-wise arithmetic of two operands, with NumPy's broadcasting.
#pragma once

#include <tapedeck/core/variable.hpp>

namespace tapedeck {

// add, subtract, multiply, divide and negate stand behind the operators + - * / -, where a number or an
// xtensor expression may be either operand. All throw ShapeError when the shapes don't broadcast.

/// The same with the line given: for modules, which record under their caller's.
template <class T>
Variable<T> add(Variable<T> a, Variable<T> b, Where where) {
    return add(Located<T>(a, where), Located<T>(b, where));
}

/// base^exponent, element by element; the two broadcast. As in PyTorch, the exponent's gradient is 0 where
/// base is 0 and exponent is not negative.
/// @throws ShapeError when the shapes don't broadcast.
template <class T>
Variable<T> pow(Variable<T> base, Located<std::type_identity_t<T>> exponent, Where where = Where::here());
/// The larger one of each pair; the two broadcast. Where they are equal, each gets half of the gradient, as
/// in PyTorch.
/// @throws ShapeError when the shapes don't broadcast.
template <class T>
Variable<T> maximum(Variable<T> a, Located<std::type_identity_t<T>> b, Where where = Where::here());
/// `mask ? a : b`, element by element; all three broadcast. The mask gets no gradient.
/// @throws ShapeError when the shapes don't broadcast.
template <class T>
Variable<T> where(const Tensor<bool>& mask, Variable<T> a, Located<std::type_identity_t<T>> b,
                  Where line = Where::here());
/// x, with `value` wherever the mask is true; x and the mask broadcast.
/// @throws ShapeError when the shapes don't broadcast.
template <class T>
Variable<T> masked_fill(Variable<T> x, const Tensor<bool>& mask, std::type_identity_t<T> value,
                        Where where = Where::here());

}  // namespace tapedeck
