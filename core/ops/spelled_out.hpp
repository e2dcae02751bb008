// The normalizations written out from elementary operations: slower, and each step stands on the tape.
#pragma once

#include <optional>

#include <tapedeck/core/variable.hpp>

namespace tapedeck::spelled_out {

/// layer_norm over the last `dimensions` dimensions, as a mean, a variance, a root and a quotient.
/// @throws ShapeError when x has fewer dimensions, or weight or bias do not broadcast.
template <class T>
Variable<T> layer_norm(Variable<T> x, int dimensions = 1, Optional<T> weight = std::nullopt,
                       Optional<T> bias = std::nullopt, double eps = 1e-5, Where where = Where::here());

/// batch_norm in training mode, on the batch's own statistics; nothing is remembered. x is (N, C) or (N, C,
/// L).
/// @throws ShapeError when it is neither, or weight or bias are not (C).
template <class T>
Variable<T> batch_norm(Variable<T> x, Optional<T> weight = std::nullopt, Optional<T> bias = std::nullopt,
                       double eps = 1e-5, Where where = Where::here());

}  // namespace tapedeck::spelled_out
