#include "results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <tapedeck/core/error.hpp>

#include "style.hpp"

namespace tapedeck::demos {

using nlohmann::json;

namespace {

constexpr int kDeepest = 32;

[[noreturn]] void refuse(const json& found, const char* expected) {
    const std::string what = found.is_array()    ? "an array"
                             : found.is_object() ? "an object"
                                                 : found.dump(-1, ' ', true);
    throw Error(fmt::format(
        "report: the results are not as compare_norms writes them: {} is expected where {} stands.", expected,
        what.size() > 40 ? what.substr(0, 37) + "..." : what));
}

}  // namespace

std::string Group::title() const { return title_of(task) + " · " + title_of(network); }

json read_results(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in || std::filesystem::is_directory(file))
        throw Error(
            fmt::format("report: {} is no file that can be opened. Give the results.json that a demo wrote.",
                        file.string()));
    return read_results(in, file.string());
}

json read_results(std::istream& in, const std::string& name) {
    // Nothing that we write goes deeper than six; what goes very deep would exhaust the stack when printed.
    const auto not_too_deep = [&](int depth, json::parse_event_t, json&) {
        if (depth > kDeepest)
            throw Error(
                fmt::format("report: {} is nested deeper than {}, which no results are.", name, kDeepest));
        return true;
    };
    try {
        return json::parse(in, not_too_deep);
    } catch (const json::exception& e) {
        throw Error(fmt::format("report: {} is not valid JSON: {}", name, e.what()));
    }
}

std::vector<Group> groups_of(const json& results) {
    const json* version = part(results, {"version"});
    if (version == nullptr || *version != 1 || text(results, "demo") != "compare_norms")
        throw Error(fmt::format(
            "report: the results are of demo \"{}\", version {}; expected \"compare_norms\", version 1.",
            text(results, "demo"), version == nullptr ? "none" : version->dump()));
    std::vector<Group> groups;
    for (const json& run : items(part(results, {"runs"}))) {
        if (!run.is_object()) refuse(run, "a run");
        const std::string task = text(run, "task"), network = text(run, "network"), norm = text(run, "norm");
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const Group& g) { return g.task == task && g.network == network; });
        if (group == groups.end()) group = groups.insert(groups.end(), Group{task, network, {}});
        auto& models = group->models;
        auto model =
            std::find_if(models.begin(), models.end(), [&](const Model& m) { return m.norm == norm; });
        if (model == models.end()) model = models.insert(models.end(), Model{norm, {}, {}});
        model->runs.push_back(&run);
        if (is_set(run, "chosen")) model->chosen.push_back(&run);
    }
    const auto seed = [](const json* run) { return number(part(*run, {"seed"})); };
    for (Group& group : groups) {
        std::stable_sort(group.models.begin(), group.models.end(), [](const Model& a, const Model& b) {
            return norm_style(a.norm).order < norm_style(b.norm).order;
        });
        for (Model& model : group.models)
            std::stable_sort(model.chosen.begin(), model.chosen.end(),
                             [&](auto a, auto b) { return seed(a) < seed(b); });
    }
    return groups;
}

const json* part(const json& document, const Path& path) {
    const json* at = &document;
    for (const std::string& key : path) {
        if (!at->is_object()) return nullptr;
        const auto found = at->find(key);
        if (found == at->end()) return nullptr;
        at = &*found;
    }
    return at->is_null() ? nullptr : at;
}

double number(const json* value) {
    if (value == nullptr || value->is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (!value->is_number()) refuse(*value, "a number");
    return value->get<double>();
}

const std::vector<json>& items(const json* array) {
    static const std::vector<json> none;
    if (array == nullptr || array->is_null()) return none;
    if (!array->is_array()) refuse(*array, "an array");
    return array->get_ref<const json::array_t&>();
}

std::vector<double> numbers(const json* row) {
    std::vector<double> result;
    result.reserve(items(row).size());
    for (const json& value : items(row)) result.push_back(number(&value));
    return result;
}

std::string text(const json& document, const std::string& key) {
    const json* found = part(document, {key});
    if (found == nullptr) return "";
    if (!found->is_string()) refuse(*found, "a text");
    return found->get<std::string>();
}

bool is_set(const json& document, const std::string& key) {
    const json* found = part(document, {key});
    if (found == nullptr) return false;
    if (!found->is_boolean()) refuse(*found, "true or false");
    return found->get<bool>();
}

std::vector<std::string> keys_in(const Group& group, const Path& path) {
    // nlohmann's objects are sorted by key: fc1, fc2, ... is the order of the layers.
    std::vector<std::string> keys;
    for (const Model& model : group.models)
        for (const json* run : model.chosen)
            if (const json* object = part(*run, path); object != nullptr && object->is_object())
                for (const auto& item : object->items())
                    if (std::find(keys.begin(), keys.end(), item.key()) == keys.end())
                        keys.push_back(item.key());
    std::sort(keys.begin(), keys.end());
    return keys;
}

}  // namespace tapedeck::demos
