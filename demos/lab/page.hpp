// The laboratory's pages: one for each demo, and the index of them all.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace tapedeck::demos::lab {

/// report.html of one demo's results: its conclusions, claims, tables, and figures. @throws Error
std::string page_of(const nlohmann::json& results);

/// The results of a demo, and the name of the folder beside the index where its own page stands.
struct Indexed {
    std::string folder;
    nlohmann::json results;
};

/// One page of many, in this order: a table of all claims, then every demo with its figures. @throws Error
std::string index_of(const std::vector<Indexed>& all);

}  // namespace tapedeck::demos::lab
