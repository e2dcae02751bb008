// Pieces of pages: text as HTML and SVG show it literally, a page's start, lists of names and values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tapedeck::demos {

/// The text with &, <, > and quotes written as entities.
std::string escaped(std::string_view text);

/// "a, b and c"
std::string listed(const std::vector<std::string>& items);

/// A page up to its title, which is its first heading: the style stands in it, so that it needs no network.
std::string page_start(const std::string& title);

/// A value as words, an array as its items side by side.
std::string value_text(const nlohmann::json& value);

/// The object under a key of the document, as a list of names and values.
std::string definitions(const nlohmann::json& document, const std::string& key);

}  // namespace tapedeck::demos
