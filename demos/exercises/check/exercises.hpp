// All exercises. Each takes the functions that are to be checked.
#pragma once

#include <functional>
#include <limits>
#include <span>

#include "demos/exercises/check/exercise.hpp"

namespace exercises::check {

using In = std::span<const double>;
using Out = std::span<double>;

/// What a mistake that reads outside of an array finds there: nan, as in a trial's margin.
inline double at(In x, Size i) { return i < x.size() ? x[i] : std::numeric_limits<double>::quiet_NaN(); }

/// x, y, dy, dx
using TanhAdjoint = std::function<void(In, In, In, Out)>;
Exercise tanh_adjoint(TanhAdjoint adjoint);

/// m, n, dy, db
using BiasAdjoint = std::function<void(Size, Size, In, Out)>;
/// m, n, ds, dx
using SumAdjoint = std::function<void(Size, Size, In, Out)>;
Exercise sum_adjoint(BiasAdjoint of_bias, SumAdjoint of_sum);

/// m, k, n, a, b, dc, da, db
using MatmulAdjoint = std::function<void(Size, Size, Size, In, In, In, Out, Out)>;
Exercise matmul_adjoint(MatmulAdjoint adjoint);

/// m, n, logits, targets
using CrossEntropy = std::function<double(Size, Size, In, std::span<const Size>)>;
/// m, n, logits, targets, dloss, dlogits
using CrossEntropyAdjoint = std::function<void(Size, Size, In, std::span<const Size>, double, Out)>;
Exercise cross_entropy(CrossEntropy loss, CrossEntropyAdjoint adjoint);

/// m, n, x, gamma, beta, eps, momentum, y, running_mean, running_var
using BatchNormTrain = std::function<void(Size, Size, In, In, In, double, double, Out, Out, Out)>;
/// m, n, x, gamma, beta, eps, running_mean, running_var, y
using BatchNormEval = std::function<void(Size, Size, In, In, In, double, In, In, Out)>;
Exercise batch_norm(BatchNormTrain train, BatchNormEval eval);

/// m, n, x, gamma, beta, eps, y
using LayerNormForward = std::function<void(Size, Size, In, In, In, double, Out)>;
Exercise layer_norm_forward(LayerNormForward forward);

/// m, n, x, gamma, dy, eps, dx, dgamma, dbeta
using LayerNormBackward = std::function<void(Size, Size, In, In, In, double, Out, Out, Out)>;
Exercise layer_norm_backward(LayerNormBackward backward);

/// t, lr, beta1, beta2, eps, g, m, v, p
using AdamStep = std::function<void(int, double, double, double, double, In, Out, Out, Out)>;
Exercise adam_step(AdamStep step);

/// gradients, max_norm
using ClipGradients = std::function<double(std::span<const Out>, double)>;
Exercise clip_gradients(ClipGradients clip);

}  // namespace exercises::check
