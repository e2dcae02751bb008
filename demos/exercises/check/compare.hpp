// Comparing what came out with what was expected.
#pragma once

#include <optional>

#include "demos/exercises/check/exercise.hpp"

namespace exercises::check {

/// A function's calls on one case.
struct Attempt {
    const Case* of;
    std::vector<Array> expected, got;
    std::vector<Array> got_prefilled;     ///< of a call that found its outputs filled
    std::vector<Array> got_other_margin;  ///< of a call with other numbers around its arrays
    std::string outside;                  ///< what was written outside; "" for nothing

    bool read_outside() const;
};

/// An element that isn't as expected, the first of so many in its array.
struct Difference {
    Size attempt, output, element, count;
};

/// All outputs of a solution's call.
std::vector<Array> results_of(const Solution& solution, const Case& c);
/// The student's and the library's. @throws what the student's function throws
Attempt attempt(const Part& part, const Case& c);

/// Whether two numbers are alike, for arrays whose largest number is `largest`. nan is like nan.
bool alike(double a, double b, double tolerance, double largest);
/// Whether all numbers are; the largest is b's.
bool alike(const Values& a, const Values& b, double tolerance);
/// a's largest finite absolute value.
double largest(const Values& a);

/// In the order of cases and outputs.
std::optional<Difference> first_difference(const std::vector<Attempt>& attempts);

}  // namespace exercises::check
