// Putting the measurements into the schema that all demos share.
#include "demos/compare_norms/results.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <fstream>

#include "demos/common/error.hpp"
#include "demos/common/json_numbers.hpp"
#include "demos/common/out_folder.hpp"

namespace tapedeck::demos::compare_norms {
namespace {

using nlohmann::json;

json to_json(const Band& band) {
    return {{"mean", rounded(band.mean)}, {"min", rounded(band.min)}, {"max", rounded(band.max)}};
}

json to_json(const Tracked& t) { return {{"running", rounded(t.running)}, {"batch", rounded(t.batch)}}; }

json to_json(const Histogram& h) {
    return {{"edges", rounded(h.edges)}, {"before", h.before}, {"after", h.after}};
}

json to_json(const Boundary& boundary) {
    json p = json::array(), points = json::array();
    for (const Numbers& row : boundary.p) p.push_back(rounded(row));
    for (const auto& point : boundary.points) {
        points.push_back(json::array({rounded(point.x), rounded(point.y), point.label}));
    }
    return {{"x", rounded(boundary.x)}, {"y", rounded(boundary.y)}, {"p", p}, {"points", points}};
}

template <class V, class F>
json each(const std::map<std::string, V>& values, F convert) {
    json object = json::object();
    for (const auto& [name, value] : values) object[name] = convert(value);
    return object;
}

json to_json(const Series& series, bool classification) {
    const auto numbers = [](const Numbers& row) { return rounded(row); };
    const auto any = [](const auto& value) { return to_json(value); };
    json object{{"step", series.step},
                {"train_loss", rounded(series.train_loss)},
                {"train_mode_loss", rounded(series.train_mode_loss)},
                {"validation_loss", rounded(series.validation_loss)},
                {"log10_update_ratio", each(series.update_ratio, numbers)},
                {"gradient_norm", each(series.gradient_norm, numbers)},
                {"saturated", each(series.saturated, numbers)},
                {"gamma", each(series.gamma, any)},
                {"beta", each(series.beta, any)},
                {"running_mean", each(series.running_mean, any)},
                {"running_var", each(series.running_var, any)}};
    if (classification) object["validation_accuracy"] = rounded(series.validation_accuracy);
    return object;
}

std::string name_of(Status status) {
    switch (status) {
        case Status::done:
            return "done";
        case Status::diverged:
            return "diverged";
        case Status::interrupted:
            return "interrupted";
        case Status::waiting:
            break;
    }
    return "waiting";
}

json final_scores(const Run& run, bool classification) {
    json object = json::object();
    const auto add = [&](const std::string& part, const Score& score) {
        object[part + "_loss"] = rounded(score.loss);
        if (classification) object[part + "_accuracy"] = rounded(score.accuracy);
    };
    add("train", run.train);
    add("validation", run.validation);
    add("test", run.test);
    return object;
}

json to_json(const Run& run, const Setting& setting) {
    const bool classification = setting.task != Task::adding;
    json config{{"hidden", setting.hidden},      {"batch", setting.batch},
                {"epochs", setting.epochs},      {"parameters", run.parameters},
                {"optimizer", "adam"},           {"schedule", "linear to 0"},
                {"train", setting.counts.train}, {"validation", setting.counts.validation},
                {"test", setting.counts.test}};
    if (setting.max_gradient_norm > 0) config["clip_grad_norm"] = setting.max_gradient_norm;
    json object{{"task", compare_norms::name_of(setting.task)},
                {"network", compare_norms::name_of(setting.network)},
                {"norm", compare_norms::name_of(run.job.norm)},
                {"seed", run.job.seed},
                {"learning_rate", run.job.rate},
                {"chosen", run.chosen},
                {"status", name_of(run.status)},
                {"config", config},
                {"series", to_json(run.series, classification)},
                {"histograms", each(run.histograms, [](const auto& h) { return to_json(h); })},
                {"final", final_scores(run, classification)},
                {"seconds", {{"total", rounded(run.seconds)}, {"series", rounded(run.series.seconds)}}}};
    if (!run.gradient_norm_per_time_step.empty()) {
        object["gradient_norm_per_time_step"] = rounded(run.gradient_norm_per_time_step);
    }
    // The other rates' pictures would be most of the file, and no figure shows them.
    if (run.boundary && run.chosen) object["boundary"] = to_json(*run.boundary);
    return object;
}

}  // namespace

json results_document(const Flags& flags, const Plan& plan, const std::vector<Run>& runs, json machine,
                      double seconds) {
    json seeds = json::array(), list = json::array();
    for (std::size_t s = 0; s < flags.seeds; ++s) seeds.push_back(flags.first_seed + s);
    bool finished = true;
    for (const Run& run : runs) {
        finished = finished && (run.status == Status::done || run.status == Status::diverged);
        if (run.status != Status::waiting) list.push_back(to_json(run, plan.settings[run.job.setting]));
    }
    return {{"demo", "compare_norms"},
            {"version", 1},
            {"status", finished ? "done" : "interrupted"},
            {"flags", compare_norms::to_json(flags)},
            {"seeds", seeds},
            {"machine", std::move(machine)},
            {"planned_runs", runs.size()},
            {"runs", list},
            {"claims", json::array()},
            {"seconds", {{"total", rounded(seconds)}}}};
}

void write_results(const json& document, const std::filesystem::path& file) {
    const std::string text = document.dump(1) + "\n";
    write_whole(file, [&](const std::filesystem::path& temporary) {
        std::ofstream out(temporary, std::ios::binary);
        out << text;
        out.close();
        if (!out) {
            throw FileError(
                fmt::format("{} could not be written in full; see whether the disk is full.", file.string()));
        }
    });
}

}  // namespace tapedeck::demos::compare_norms
