// What a %%cpp cell begins with; compiled once, ahead of the first.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <iostream>
#include <string>
#include <tapedeck/core/record.hpp>
#include <tapedeck/tapedeck.hpp>
#include <vector>

namespace td = tapedeck;
