// Ranges of axes, fitted to the traces of a panel.
#pragma once

#include <string>

#include "figure.hpp"

namespace tapedeck::demos {

/// The range of x or y over a panel's traces, where faint ones count little.
Range range_of(const Panel& panel, bool of_y);

/// Fits y to what follows the first point of each curve, which stands for the untrained network and is far
/// from all else.
void fit_after_start(Panel& panel);

/// The range with some air at both ends, never empty.
Range padded(Range range, bool log, double share);

/// The step between tick marks of which at most `most` fit into the range: 1, 2 or 5 times a power of ten.
double tic_step(const Range& range, double most);

/// Tick marks of a logarithmic axis, separated by commas: decades, with 2 and 5 where the range is short.
std::string log_tics(const Range& range);

}  // namespace tapedeck::demos
