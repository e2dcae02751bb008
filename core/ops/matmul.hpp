// Products: matmul, and linear with its bias.
#pragma once

#include <optional>

#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// The matrix product, as torch.matmul: (…, n, k) x (…, k, m) -> (…, n, m), leading dimensions broadcast; a
/// vector on the left is a row, on the right a column, and that dimension is dropped again.
/// @throws ShapeError when the inner sizes differ, the leading ones don't broadcast, or an operand is a
/// scalar.
template <class T>
Variable<T> matmul(Variable<T> a, Variable<T> b, Where where = Where::here());

/// y = x W^T + b, as torch.nn.functional.linear: x (…, in), weight (out, in), bias (out) or none -> (…, out).
/// @throws ShapeError when they don't fit.
template <class T>
Variable<T> linear(Variable<T> x, Variable<T> weight, Optional<T> bias = std::nullopt,
                   Where where = Where::here());

}  // namespace tapedeck
