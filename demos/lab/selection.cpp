#include "demos/lab/selection.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "demos/lab/claim.hpp"

namespace tapedeck::demos::lab {
namespace {

using nlohmann::json;

double number_of(const json& value) { return value.is_null() ? std::nan("") : value.get<double>(); }

/// A run's configuration under a key; "" where it has none. "seed" is the run's seed.
json under(const json& run, const std::string& key) {
    if (key == "seed") return run.at("seed");
    return run.at("config").value(key, json(""));
}

}  // namespace

Numbers numbers_of(const json& row) {
    Numbers result;
    for (const json& value : row) result.push_back(number_of(value));
    return result;
}

std::string word_of(const json& value) {
    return value.is_string() ? value.get<std::string>() : fmt::format("{:g}", value.get<double>());
}

Runs fitting(const json& results, const json& layer) {
    const char* kind = layer.at("way") == "curves" ? "series" : "values";
    const std::string measured = layer.at("measured");
    Runs runs;
    for (const json& run : results.at("runs")) {
        bool fits = run.contains(kind) && run.at(kind).contains(measured);
        for (const auto& item : layer.at("where").items())
            fits = fits && under(run, item.key()) == item.value();
        if (fits) runs.push_back(&run);
    }
    return runs;
}

std::vector<json> distinct(const Runs& runs, const std::string& key) {
    std::vector<json> found;
    for (const json* run : runs) {
        json value = under(*run, key);
        if (std::find(found.begin(), found.end(), value) == found.end()) found.push_back(std::move(value));
    }
    if (std::all_of(found.begin(), found.end(), [](const json& v) { return v.is_number(); }))
        std::sort(found.begin(), found.end());
    return found;
}

Runs with(const Runs& runs, const std::string& key, const json& value) {
    Runs result;
    for (const json* run : runs)
        if (under(*run, key) == value) result.push_back(run);
    return result;
}

Numbers values_of(const Runs& runs, const std::string& name) {
    Numbers result;
    for (const json* run : runs) result.push_back(number_of(run->at("values").at(name)));
    return result;
}

double median_of_finite(Numbers values) {
    values.erase(std::remove_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); }),
                 values.end());
    return median(values);
}

}  // namespace tapedeck::demos::lab
