// From wrong numbers to what was done wrong: by computing what each mistake would give.
#pragma once

#include <string>

#include "demos/exercises/check/compare.hpp"

namespace exercises::check {

/// A sentence or two; "" when no mistake fits.
std::string diagnose(const Part& part, const std::vector<Attempt>& attempts, const Difference& difference);
/// The same of a mistake that diagnose has no words for: on which inputs it shows. "" when it shows on all.
std::string right_elsewhere(const std::vector<Attempt>& attempts);
/// Of indices that go outside of an array; "" when none does.
std::string diagnose_outside(const std::vector<Attempt>& attempts);
/// Of a function that is right when its outputs hold zeros: what is wrong when they hold numbers. "" for
/// nothing.
std::string diagnose_prefilled(const std::vector<Attempt>& attempts);

}  // namespace exercises::check
