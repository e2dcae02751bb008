// The networks that are compared as one deck, for a browser.
#pragma once

#include <map>
#include <string>

#include "demos/compare_norms/plan.hpp"
#include "demos/data/dataset.hpp"

namespace tapedeck::demos::compare_norms {

/// Trains the first setting's network once more with each of its norms, with the plan's first seed and rate,
/// and writes steps 0, 1, 10 and 100, as far as it goes, as tapes side by side. Throws what Deck::write
/// throws.
void write_comparison(const Plan& plan, const std::map<Task, Dataset>& data, const std::string& file);

}  // namespace tapedeck::demos::compare_norms
