// Reductions: sum, mean, variance and maximum over axes.
#pragma once

#include <tapedeck/core/variable.hpp>

namespace tapedeck {

// Without axes they run over everything. With keep_dims a reduced axis stays, with size 1. All throw
// ShapeError when an axis is out of range or stands twice.

/// The sum over these axes, which go, or stay with size 1.
/// @throws ShapeError when an axis is out of range or stands twice.
template <class T>
Variable<T> sum(Variable<T> x, Axes axes = {}, bool keep_dims = false, Where where = Where::here());
/// The sum divided by the number of elements; of sum's shape. @throws ShapeError as sum.
template <class T>
Variable<T> mean(Variable<T> x, Axes axes = {}, bool keep_dims = false, Where where = Where::here());
/// The sum of squared differences from the mean, divided by n - correction: 1 (the default, as torch.var) is
/// the unbiased variance, 0 the one that normalizations divide by. Of sum's shape, in squared units of x.
/// @throws ShapeError as sum; and when n is not above `correction`.
template <class T>
Variable<T> var(Variable<T> x, Axes axes = {}, bool keep_dims = false, int correction = 1,
                Where where = Where::here());
/// The largest; of sum's shape. Among equals the gradient is shared evenly, as torch.amax.
/// @throws ShapeError as sum; and when there is nothing to take it of.
template <class T>
Variable<T> max(Variable<T> x, Axes axes = {}, bool keep_dims = false, Where where = Where::here());

}  // namespace tapedeck
