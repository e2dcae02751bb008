// The laboratory's pages: one for each demo, and the index of them all.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tapedeck::demos::lab {

/// report.html of one demo's results: its conclusions, claims, tables, and figures. @throws Error
std::string page_of(const nlohmann::json& results);

/// One page of many: a table of all claims, then every demo with its figures. `results` in the order of the
/// page.
/// @throws Error
std::string index_of(const std::vector<nlohmann::json>& results);

}  // namespace tapedeck::demos::lab
