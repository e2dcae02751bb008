// The report of a demo: one HTML file that opens offline, drawn from the results and nothing else.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace tapedeck::demos {

/// Writes the report of compare_norms. The commands under its figures read the `results.json` beside it. What
/// the results don't hold is left out with a sentence that says so. Throws Error when the results are of
/// another kind, when gnuplot is missing or fails, or when the file can't be written; then no part of a
/// report is left behind.
void write_report(const nlohmann::json& results, const std::filesystem::path& report_html);

}  // namespace tapedeck::demos
