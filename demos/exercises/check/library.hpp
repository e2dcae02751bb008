// Between an exercise's arrays and the library's tensors.
#pragma once

#include <algorithm>
#include <string_view>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/tape.hpp>

#include "demos/exercises/check/exercise.hpp"

namespace exercises::check {
namespace td = tapedeck;

/// @returns these numbers as a tensor of this shape
inline td::Tensor<double> tensor(std::span<const double> values, const td::Shape& shape) {
    auto result = td::Tensor<double>::from_shape(shape);
    std::copy(values.begin(), values.end(), result.storage().begin());
    return result;
}

/// The trial's output `name` becomes this tensor.
inline void put(Trial& t, std::string_view name, const td::Tensor<double>& x) {
    std::copy(x.storage().begin(), x.storage().end(), t.out(name).begin());
}

}  // namespace exercises::check
