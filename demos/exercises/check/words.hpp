// Where a number stands, and what it is, in words.
#pragma once

#include <string>

#include "demos/exercises/check/compare.hpp"

namespace exercises::check {

/// "dx[1, 3]", or "what it returns"
std::string element_text(const Array& array, Size element);
/// "dx", or "what it returns"
std::string name_text(const Array& array);
/// Two numbers with as many digits as tell them apart.
std::string but(double got, double expected, const std::string& expected_by);
/// "With a batch of one (m = 1, n = 4), dx[0, 2] is 0.5, and td::tanh gives 0.25; 3 of 4 elements of dx
/// differ."
std::string where_text(const Part& part, const Attempt& attempt, const Difference& difference);

}  // namespace exercises::check
