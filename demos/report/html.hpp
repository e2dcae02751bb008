// Text as HTML and SVG show it literally.
#pragma once

#include <string>
#include <string_view>

namespace tapedeck::demos {

/// The text with &, <, > and quotes written as entities.
std::string escaped(std::string_view text);

}  // namespace tapedeck::demos
