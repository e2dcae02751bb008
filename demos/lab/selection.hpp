// Runs of a results.json, chosen by their configuration, and what they measured.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace tapedeck::demos::lab {

using Numbers = std::vector<double>;
/// They point into the results.
using Runs = std::vector<const nlohmann::json*>;

/// A row of numbers; null is nan.
Numbers numbers_of(const nlohmann::json& row);
/// A word, or a number written out.
std::string word_of(const nlohmann::json& value);
/// The runs that a layer of a figure speaks of: those that fit its `where` and measured it.
Runs fitting(const nlohmann::json& results, const nlohmann::json& layer);
/// What the runs have under a key of their configuration, or as their "seed": each once, in the order of its
/// first run; numbers in their own order.
std::vector<nlohmann::json> distinct(const Runs& runs, const std::string& key);
/// Those of the runs that have this under a key.
Runs with(const Runs& runs, const std::string& key, const nlohmann::json& value);
/// One value of each run.
Numbers values_of(const Runs& runs, const std::string& name);
/// The middle of those that are finite; nan when none is.
double median_of_finite(Numbers values);

}  // namespace tapedeck::demos::lab
