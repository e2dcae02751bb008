// results.json: everything that was measured, for the report and for whoever wants to draw figures of their
// own.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "demos/compare_norms/flags.hpp"
#include "demos/compare_norms/run.hpp"

namespace tapedeck::demos::compare_norms {

/// The document. Fields that may differ from one run of the program to the next are below `machine` and
/// `seconds`.
nlohmann::json results_document(const Flags& flags, const Plan& plan, const std::vector<Run>& runs,
                                nlohmann::json machine, double seconds);

/// Writes it as text, in one go.
void write_results(const nlohmann::json& document, const std::filesystem::path& file);

}  // namespace tapedeck::demos::compare_norms
