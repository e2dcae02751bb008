#include "demos/lab/results.hpp"

#include "demos/common/json_numbers.hpp"
#include "demos/common/machine.hpp"
#include "demos/common/scheduler.hpp"

namespace tapedeck::demos::lab {
namespace {

using json = nlohmann::ordered_json;

json to_json(const Config& config) {
    json object = json::object();
    for (const auto& [key, value] : config)
        object[key] = value.is_number() ? json(rounded(value.number())) : json(value.text());
    return object;
}

json to_json(const Run& run) {
    json values = json::object(), series = json::object();
    for (const auto& [name, value] : run.values) values[name] = rounded(value);
    for (const auto& [name, points] : run.series)
        series[name] = {{"x", rounded(points.x)}, {"y", rounded(points.y)}};
    json object{{"config", to_json(run.config)}, {"seed", run.seed}};
    if (!values.empty()) object["values"] = values;
    if (!series.empty()) object["series"] = series;
    return object;
}

json to_json(const Claim& claim) {
    json measured = json::array(), per_seed = json::object();
    for (const Case& c : claim.cases) {
        measured.push_back({{"what", c.what},
                            {"median", rounded(median(c.per_seed))},
                            {"condition", c.condition()},
                            {"holds_in", c.holding()},
                            {"seeds", c.per_seed.size()}});
        per_seed[c.what] = rounded(c.per_seed);
    }
    return {{"id", claim.id},
            {"says", claim.says},
            {"rule", kRule},
            {"measured", measured},
            {"per_seed", per_seed},
            {"verdict", name_of(claim.verdict())},
            {"expected", name_of(claim.expected)}};
}

const char* name_of(Way way) {
    switch (way) {
        case Way::curves:
            return "curves";
        case Way::against:
            return "against";
        case Way::dots:
            return "dots";
        case Way::map:
            return "map";
    }
    return "";
}

json to_json(const Layer& layer) {
    return {{"way", name_of(layer.way)},
            {"measured", layer.measured},
            {"by", layer.by},
            {"x", layer.x},
            {"y", layer.y},
            {"where", to_json(layer.where)}};
}

json to_json(const Sheet& sheet) {
    json plots = json::array();
    for (const Plot& plot : sheet.plots) {
        json layers = json::array();
        for (const Layer& layer : plot.layers) layers.push_back(to_json(layer));
        for (const double at : plot.guides) layers.push_back({{"way", "guide"}, {"at", at}});
        plots.push_back({{"title", plot.title},
                         {"x_label", plot.x_label},
                         {"y_label", plot.y_label},
                         {"x_log", plot.x_log},
                         {"y_log", plot.y_log},
                         {"y_group", plot.y_group},
                         {"layers", layers}});
    }
    return {{"name", sheet.name},       {"heading", sheet.heading},           {"hint", sheet.hint},
            {"columns", sheet.columns}, {"panel_height", sheet.panel_height}, {"plots", plots}};
}

/// The times of all runs, in the runs' order.
json seconds_of(const std::vector<Run>& runs) {
    json rows = json::array();
    for (const Run& run : runs) {
        json row = json::object();
        for (const auto& [name, seconds] : run.seconds) row[name] = rounded(seconds);
        rows.push_back(row);
    }
    return rows;
}

json machine_of(const Settings& settings) {
    json machine = describe_machine();
    machine["threads"] = settings.threads > 0 ? settings.threads : available_cores();
    machine["out"] = settings.out.string();
    if (settings.data) machine["data"] = settings.data->string();
    return machine;
}

}  // namespace

json results_of(const Demo& demo, const Experiment& experiment) {
    json flags{{"seeds", experiment.seeds().size()},
               {"seed", experiment.seeds().front()},
               {"full", experiment.full()}};
    for (const Option& option : experiment.settings().options) flags[option.name] = option.value;
    json document{{"demo", demo.name},
                  {"version", 1},
                  {"laboratory", true},
                  {"question", demo.question},
                  {"about", demo.about},
                  {"setup", demo.setup},
                  {"why", demo.why},
                  {"flags", flags},
                  {"seeds", experiment.seeds()},
                  {"conclusions", experiment.conclusions()}};
    const auto add = [&](const char* key, const auto& items) {
        json rows = json::array();
        for (const auto& item : items) rows.push_back(to_json(item));
        document[key] = rows;
    };
    add("claims", experiment.claims());
    json tables = json::array();
    for (const Table& table : experiment.tables())
        tables.push_back({{"title", table.title}, {"columns", table.columns}, {"rows", table.rows}});
    document["tables"] = tables;
    add("figures", experiment.sheets());
    add("runs", experiment.runs());
    document["seconds"] = seconds_of(experiment.runs());
    document["machine"] = machine_of(experiment.settings());
    return document;
}

}  // namespace tapedeck::demos::lab
