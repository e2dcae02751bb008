// The page that shows a deck: its HTML, style and scripts, which the build embeds from page/.
#pragma once

#include <string>
#include <string_view>

namespace tapedeck::deck {

/// The page around this document. The document may contain anything: it can't end the element it is in.
std::string page(std::string_view title, std::string_view document);

}  // namespace tapedeck::deck
