// The gradient at any entry of a tape, by differences.
#pragma once

#include <cstddef>
#include <span>

#include <tapedeck/core/tensor.hpp>
#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// A gradient by differences, with how far each element can be trusted; nan where none was asked for.
struct NumericGradient {
    Tensor<double> value;        ///< of the shape of what it is the gradient of
    Tensor<double> uncertainty;  ///< as estimated from how the differences settled
};

/// dloss / d at, by central differences: moves one element of `at` after another, runs what lies between it
/// and the loss again without side effects, and puts everything back, to the bit. `chosen` are row-major
/// indices; without any, all are taken. Each takes some eight runs of what depends on `at`.
///
/// On a float tape the loss itself is rounded to float, and a small gradient drowns in that: `uncertainty`
/// says when.
/// @throws ShapeError when the loss has more than one element; ValueError when an index is out of range;
/// StaleVariableError when the values on the tape are not those of one run.
template <class T>
NumericGradient numeric_gradient(Variable<T> loss, Variable<T> at, std::span<const std::size_t> chosen = {},
                                 Where where = Where::here());

}  // namespace tapedeck
