// An entry's rule with the numbers filled in, for one element of each input that gets a gradient.
#pragma once

#include <optional>
#include <tapedeck/core/variable.hpp>

#include "demos/step_through/text.hpp"

namespace tapedeck::demos::step_through {

/// "dx[0,1] = dy[0,1] * (1 - y[0,1]^2) = 0.25 * (1 - 0.46^2) = 0.197", and so on for each input. `element` is
/// an index into the inputs; the first element of each without. Every number is held against what the adjoint
/// hands on, and a formula that gives another says so. v must have a gradient.
Lines explain(Variable<double> v, const std::optional<Shape>& element, std::size_t width);

}  // namespace tapedeck::demos::step_through
