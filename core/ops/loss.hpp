// Losses: each is one number, the mean over what it is given.
#pragma once

#include <cstddef>
#include <vector>

#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// The mean of (x - target)^2 over all elements, a scalar. The target may be a Variable, a number or an
/// xtensor expression.
/// @throws ShapeError when the shapes differ (a broadcast there is nearly always a mistake); a number fits
/// any.
template <class T>
Variable<T> mse_loss(Variable<T> x, Located<std::type_identity_t<T>> target, Where where = Where::here());
/// The mean of -log(softmax(logits)[target]) in nats, a scalar, as torch.nn.functional.cross_entropy: logits
/// (N, C), one class index a row.
/// @throws ShapeError when there is not one target a row, or no row or class; ValueError when a target is not
/// below C.
template <class T>
Variable<T> cross_entropy(Variable<T> logits, const std::vector<std::size_t>& targets,
                          Where where = Where::here());
/// The mean of -(t log s + (1-t) log(1-s)) in nats, a scalar, with s = sigmoid(x), computed without forming
/// s; targets lie in 0 … 1.
/// @throws ShapeError when the shapes differ; a number fits any.
template <class T>
Variable<T> binary_cross_entropy_with_logits(Variable<T> x, Located<std::type_identity_t<T>> target,
                                             Where where = Where::here());

}  // namespace tapedeck
