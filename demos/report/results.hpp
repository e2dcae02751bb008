// results.json as the report reads it: the runs sorted into groups and models, any part of which may be
// missing.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tapedeck::demos {

/// The runs of one norm on one task and network. The pointers look into the document.
struct Model {
    std::string norm;
    std::vector<const nlohmann::json*> runs;    // every learning rate and seed
    std::vector<const nlohmann::json*> chosen;  // of the learning rate that validation chose, sorted by seed
};

/// One task on one network: what a table compares, a model a norm.
struct Group {
    std::string task, network;
    std::vector<Model> models;  // in the style table's order

    std::string key() const { return task + "-" + network; }
    std::string title() const;
};

/// Reads a results.json; throws Error with the place of the first mistake when it can't.
nlohmann::json read_results(const std::filesystem::path& file);

/// The same from a stream, which the errors call by `name`.
nlohmann::json read_results(std::istream& in, const std::string& name);

/// Sorts the runs; throws Error when the document isn't one of compare_norms in version 1.
std::vector<Group> groups_of(const nlohmann::json& results);

/// The part under a path of keys, or nullptr when it is missing.
using Path = std::vector<std::string>;
const nlohmann::json* part(const nlohmann::json& document, const Path& path);

/// A number or a row of numbers; what is missing or null (not finite) is NaN or empty. These and the ones
/// below throw Error on a value of another kind.
double number(const nlohmann::json* value);
std::vector<double> numbers(const nlohmann::json* row);

/// The text under a key, or "" when it is missing.
std::string text(const nlohmann::json& document, const std::string& key);

/// The switch under a key, or false when it is missing.
bool is_set(const nlohmann::json& document, const std::string& key);

/// The items of an array; none when it is missing.
const std::vector<nlohmann::json>& items(const nlohmann::json* array);

/// The keys found under a path in any of the chosen runs of a group: the layers, say, in the runs' order.
std::vector<std::string> keys_in(const Group& group, const Path& path);

}  // namespace tapedeck::demos
