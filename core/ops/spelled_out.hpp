// The normalizations written out from elementary operations: slower, and each step stands on the tape.
#pragma once

#include <optional>

#include <tapedeck/core/ops/conventions.hpp>
#include <tapedeck/core/variable.hpp>

namespace tapedeck::spelled_out {

/// The one idea of them all: x less its mean, over its standard deviation, both taken over these axes (0:
/// each feature over the batch, as BatchNorm; -1: each sample over its features, as LayerNorm; 2 of (N, C,
/// L): InstanceNorm), by any conventions. No gamma, no beta. The shape is x's.
/// @throws ShapeError when x lacks an axis; ValueError when eps is negative, or there is one value to take an
/// unbiased variance of.
template <class T>
Variable<T> normalize(Variable<T> x, const Axes& axes, const Conventions& by = {},
                      Where where = Where::here());

/// layer_norm over the last `dimensions` dimensions, as a mean, a variance, a root and a quotient (Ba, Kiros,
/// Hinton 2016, equation 4). The shape is x's.
/// @throws ShapeError when x has fewer dimensions, or weight or bias do not broadcast; ValueError when eps is
/// negative.
template <class T>
Variable<T> layer_norm(Variable<T> x, int dimensions = 1, Optional<T> weight = std::nullopt,
                       Optional<T> bias = std::nullopt, double eps = 1e-5, Where where = Where::here());

/// batch_norm in training mode (Ioffe, Szegedy 2015, algorithm 1), on the batch's own statistics; nothing is
/// remembered. x is (N, C) or (N, C, L).
/// @throws ShapeError when it is neither, or weight or bias are not (C); ValueError when eps is negative.
template <class T>
Variable<T> batch_norm(Variable<T> x, Optional<T> weight = std::nullopt, Optional<T> bias = std::nullopt,
                       double eps = 1e-5, Where where = Where::here());

/// rms_norm over the last `dimensions` dimensions (Zhang, Sennrich 2019, equation 4). eps: none is the
/// machine epsilon of T.
/// @throws as layer_norm.
template <class T>
Variable<T> rms_norm(Variable<T> x, int dimensions = 1, Optional<T> weight = std::nullopt,
                     std::optional<double> eps = std::nullopt, Where where = Where::here());

/// group_norm (Wu, He 2018, equations 1 to 3): the groups get an axis of their own, and everything after it
/// is normalized over. x is (N, C) or (N, C, L).
/// @throws ShapeError when it is neither, the groups do not divide C, or weight or bias are not (C);
/// ValueError when eps is negative.
template <class T>
Variable<T> group_norm(Variable<T> x, std::size_t groups, Optional<T> weight = std::nullopt,
                       Optional<T> bias = std::nullopt, double eps = 1e-5, Where where = Where::here());

/// instance_norm (Ulyanov 2016, equation 3) on each sample's own statistics. x is (N, C, L).
/// @throws ShapeError when it is not, or weight or bias are not (C); ValueError when eps is negative.
template <class T>
Variable<T> instance_norm(Variable<T> x, Optional<T> weight = std::nullopt, Optional<T> bias = std::nullopt,
                          double eps = 1e-5, Where where = Where::here());

/// weight_norm (Salimans, Kingma 2016, equation 2): v (out, in) over the root of its rows' sums of squares,
/// times g (out, 1).
/// @throws ShapeError when g does not broadcast with v.
template <class T>
Variable<T> weight_norm(Variable<T> v, Variable<T> g, Where where = Where::here());

}  // namespace tapedeck::spelled_out
