// What a %%cpp cell begins with; compiled once, ahead of the first.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>
#include <tapedeck/core/record.hpp>
#include <tapedeck/tapedeck.hpp>
#include <vector>

namespace td = tapedeck;

namespace tapedeck_cell {
/// Line by line, as on a terminal: what was printed is there when the program crashes, and before what comes
/// after it on stderr.
inline const int line_by_line = std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
}  // namespace tapedeck_cell
