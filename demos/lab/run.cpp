#include "demos/lab/run.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck::demos::lab {

const Value& Run::under(const std::string& key, bool as_number) const {
    for (const auto& [name, value] : config)
        if (name == key && value.is_number() == as_number) return value;
    throw Error(fmt::format("A run has no {} under \"{}\".", as_number ? "number" : "word", key));
}

const std::string& Run::text(const std::string& key) const { return under(key, false).text(); }
double Run::number(const std::string& key) const { return under(key, true).number(); }

bool Run::fits(const Config& where) const {
    return std::all_of(where.begin(), where.end(), [this](const auto& wanted) {
        return std::find(config.begin(), config.end(), wanted) != config.end();
    });
}

void Run::add(const std::string& series_name, double x, double y) {
    Points& points = series[series_name];
    points.x.push_back(x);
    points.y.push_back(y);
}

}  // namespace tapedeck::demos::lab
