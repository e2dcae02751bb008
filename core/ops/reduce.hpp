// Reductions: sum, mean, variance and maximum over axes.
#pragma once

#include <tapedeck/core/variable.hpp>

namespace tapedeck {

// Without axes they run over everything. With keep_dims a reduced axis stays, with size 1. All throw
// ShapeError when an axis is out of range or stands twice.

/// The sum over these axes. @throws ShapeError when an axis is out of range or stands twice.
template <class T>
Variable<T> sum(Variable<T> x, Axes axes = {}, bool keep_dims = false, Where where = Where::here());
/// The sum divided by the number of elements. @throws ShapeError as sum.
template <class T>
Variable<T> mean(Variable<T> x, Axes axes = {}, bool keep_dims = false, Where where = Where::here());
/// The sum of squared differences from the mean, divided by n - correction: 1 (the default, as torch.var) is
/// the unbiased variance, 0 the one that normalizations divide by.
/// @throws ShapeError as above; and when n is not above `correction`.
template <class T>
Variable<T> var(Variable<T> x, Axes axes = {}, bool keep_dims = false, int correction = 1,
                Where where = Where::here());
/// The largest; among equals the gradient is shared evenly, as torch.amax.
template <class T>
Variable<T> max(Variable<T> x, Axes axes = {}, bool keep_dims = false, Where where = Where::here());

}  // namespace tapedeck
