// Lines as bytes for an output, with or without colour.
#pragma once

#include <string>

#include "demos/step_through/text.hpp"

namespace tapedeck::demos::step_through {

/// The line, with the escape codes of its look where there is colour.
std::string painted(const Line& line, bool colour);

}  // namespace tapedeck::demos::step_through
