// The result table of a group, as HTML: a row a norm, and what exceeds the spread over seeds.
#pragma once

#include <string>

#include "results.hpp"

namespace tapedeck::demos {

/// Median and range of every measurement at the chosen learning rate, with the differences that exceed the
/// spread.
std::string result_table(const Group& group);

/// Every run of the group, a row each, folded.
std::string run_table(const Group& group);

}  // namespace tapedeck::demos
