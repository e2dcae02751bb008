// Tasks that need no data set: they are drawn from a seed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "demos/data/dataset.hpp"

namespace tapedeck::demos {

/// Two spirals of 1.75 turns, one class each, with a little noise. A sample is a point of the plane, (x, y).
Dataset make_spirals(std::uint64_t seed, const Counts& counts);

/// The adding problem: `steps` pairs of a random number in [0, 1) and a marker; two markers are 1, one in
/// each half, and the target is the sum of the two numbers that they mark. Always answering 1 gives a mean
/// squared error of 1/6.
Dataset make_adding(std::uint64_t seed, const Counts& counts, std::size_t steps = 50);

}  // namespace tapedeck::demos
