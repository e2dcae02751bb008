// Ranges of axes, fitted to the traces of a panel.
#pragma once

#include <string>

#include "figure.hpp"

namespace tapedeck::demos {

/// The range of x or y over a panel's traces, where faint ones count little.
Range range_of(const Panel& panel, bool of_y);

/// The range with some air at both ends, never empty.
Range padded(Range range, bool log, double share);

/// Tick marks of a logarithmic axis, separated by commas: decades, with 2 and 5 where the range is short.
std::string log_tics(const Range& range);

}  // namespace tapedeck::demos
