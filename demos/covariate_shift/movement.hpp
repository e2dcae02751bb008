// How far one step of the optimizer moves what each layer is given.
#pragma once

#include <array>
#include <map>
#include <string>

#include <tapedeck/layers/sequential.hpp>

#include "demos/data/dataset.hpp"

namespace tapedeck::demos::lab {

inline constexpr std::size_t kHidden = 6;
inline constexpr std::array kMoved{"mean", "variance", "gradient"};

/// Of each of kMoved, a number for each layer that is given a hidden one.
using Movement = std::map<std::string, std::array<double, kHidden>>;

/// The root of the sum of squares, of a and of a - b.
double length(const tapedeck::Tensor<float>& a);
double distance(const tapedeck::Tensor<float>& a, const tapedeck::Tensor<float>& b);

/// Adds how far a step moved what each layer is given, and what the steps of the layers below alone did to
/// its gradient (Santurkar et al. 2018, definition 2.1).
void add_movement(Movement& sums, Sequential<float> before, Sequential<float> after, const Dataset& data,
                  const Batch& probe);

}  // namespace tapedeck::demos::lab
