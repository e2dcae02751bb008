// The report as one HTML page.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "figure.hpp"
#include "results.hpp"

namespace tapedeck::demos {

/// The page around the tables and the pictures (one SVG element for each figure, "" where it was not drawn).
/// The commands under the figures read `results_file`.
std::string page(const nlohmann::json& results, const std::vector<Group>& groups,
                 const std::vector<Figure>& figures, const std::vector<std::string>& pictures,
                 const std::filesystem::path& results_file);

}  // namespace tapedeck::demos
