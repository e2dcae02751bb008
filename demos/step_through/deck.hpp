// --deck: the model's tape as an HTML file.
#pragma once

#include <string>

#include "demos/step_through/models.hpp"

namespace tapedeck::demos::step_through {

/// Writes the model's tape, or both of them side by side. The tapes' own passes start afresh after it.
/// @throws FileError when the file can't be written
void write_browser_deck(Model& model, const std::string& path);

}  // namespace tapedeck::demos::step_through
