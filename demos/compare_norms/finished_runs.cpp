// Reading and writing a Run as JSON: one list of its fields serves both.
#include "demos/compare_norms/finished_runs.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

#include "demos/common/error.hpp"
#include "demos/common/out_folder.hpp"

namespace tapedeck::demos::compare_norms {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

// The fields, in the order of run.hpp. Where they are the same for all trainings of a job, the job says them.
template <class F>
void fields(F& f, Band& b) {
    f("mean", b.mean), f("min", b.min), f("max", b.max);
}
template <class F>
void fields(F& f, Tracked& t) {
    f("running", t.running), f("batch", t.batch);
}
template <class F>
void fields(F& f, Series& s) {
    f("step", s.step), f("seconds", s.seconds), f("train_loss", s.train_loss);
    f("train_mode_loss", s.train_mode_loss), f("validation_loss", s.validation_loss);
    f("validation_accuracy", s.validation_accuracy), f("update_ratio", s.update_ratio);
    f("gradient_norm", s.gradient_norm), f("saturated", s.saturated), f("gamma", s.gamma), f("beta", s.beta);
    f("running_mean", s.running_mean), f("running_var", s.running_var);
}
template <class F>
void fields(F& f, Histogram& h) {
    f("edges", h.edges), f("before", h.before), f("after", h.after);
}
template <class F>
void fields(F& f, Boundary::Point& p) {
    f("x", p.x), f("y", p.y), f("label", p.label);
}
template <class F>
void fields(F& f, Boundary& b) {
    f("x", b.x), f("y", b.y), f("p", b.p), f("points", b.points);
}
template <class F>
void fields(F& f, Score& s) {
    f("loss", s.loss), f("accuracy", s.accuracy);
}
template <class F>
void fields(F& f, Run& r) {
    f("status", r.status), f("parameters", r.parameters), f("series", r.series);
    f("histograms", r.histograms), f("gradient_norm_per_time_step", r.gradient_norm_per_time_step);
    f("boundary", r.boundary), f("train", r.train), f("validation", r.validation), f("test", r.test);
    f("seconds", r.seconds);
}

json written(double x) {
    if (std::isfinite(x)) return x;
    return std::isnan(x) ? "nan" : x > 0 ? "inf" : "-inf";
}
json written(std::size_t n) { return n; }
json written(Status status) { return status == Status::done ? "done" : "diverged"; }
template <class V>
json written(const std::vector<V>& values);
template <class V>
json written(const std::map<std::string, V>& values);
template <class V>
json written(const std::optional<V>& value);
template <class S>
requires std::is_class_v<S> json written(const S& object) {
    json result = json::object();
    const auto write = [&](const char* name, const auto& field) { result[name] = written(field); };
    fields(write, const_cast<S&>(object));
    return result;
}
template <class V>
json written(const std::vector<V>& values) {
    json list = json::array();
    for (const V& value : values) list.push_back(written(value));
    return list;
}
template <class V>
json written(const std::map<std::string, V>& values) {
    json object = json::object();
    for (const auto& [name, value] : values) object[name] = written(value);
    return object;
}
template <class V>
json written(const std::optional<V>& value) {
    return value ? written(*value) : json();
}

/// What is thrown for a value that written() does not write; where it stands is the caller's to say.
struct Unexpected {};

void read(const json& from, double& x) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    if (from.is_number())
        x = from.get<double>();
    else if (from == "nan")
        x = kNone;
    else if (from == "inf" || from == "-inf")
        x = from == "inf" ? inf : -inf;
    else
        throw Unexpected();
}
void read(const json& from, std::size_t& n) {
    if (!from.is_number_unsigned()) throw Unexpected();
    n = from.get<std::size_t>();
}
void read(const json& from, Status& status) {
    if (from != "done" && from != "diverged") throw Unexpected();
    status = from == "done" ? Status::done : Status::diverged;
}
template <class V>
void read(const json& from, std::vector<V>& values);
template <class V>
void read(const json& from, std::map<std::string, V>& values);
template <class V>
void read(const json& from, std::optional<V>& value);
template <class S>
requires std::is_class_v<S>
void read(const json& from, S& object) {
    const auto take = [&](const char* name, auto& field) { read(from.at(name), field); };
    fields(take, object);
}
template <class V>
void read(const json& from, std::vector<V>& values) {
    if (!from.is_array()) throw Unexpected();
    for (const json& value : from) read(value, values.emplace_back());
}
template <class V>
void read(const json& from, std::map<std::string, V>& values) {
    if (!from.is_object()) throw Unexpected();
    for (const auto& [name, value] : from.items()) read(value, values[name]);
}
template <class V>
void read(const json& from, std::optional<V>& value) {
    if (!from.is_null()) read(from, value.emplace());
}

/// The file's first line: what is compared. Runs of other data, or of other flags, would not fit.
json title_of(const Flags& flags, const Plan& plan) {
    json title{{"demo", "compare_norms"}, {"version", 1}, {"flags", to_json(flags)}};
    for (const Setting& setting : plan.settings)
        if (setting.task == Task::fashion) title["data"] = fs::absolute(fashion_folder(flags)).string();
    return title;
}

/// "--epochs is 2 there and 3 here"
std::string difference(const json& there, const json& here) {
    const auto text = [](const json& flags, const std::string& name) {
        return flags.contains(name) ? flags[name].dump(-1, ' ', false, json::error_handler_t::replace)
                                    : "not given";
    };
    for (const json& flags : {here.at("flags"), there.at("flags")})
        for (const auto& [name, value] : flags.items())
            if (text(there["flags"], name) != text(here["flags"], name))
                return fmt::format("--{} is {} there and {} here", name, text(there["flags"], name),
                                   text(here["flags"], name));
    return fmt::format("--data is {} there and {} here", text(there, "data"), text(here, "data"));
}

}  // namespace

FinishedRuns::FinishedRuns(const Flags& flags, const Plan& plan) : file_(flags.out / "finished_runs.jsonl") {
    const std::string title = title_of(flags, plan).dump();
    if (flags.resume)
        read(title, plan);
    else
        begin(title);
    out_.open(file_, std::ios::binary | std::ios::app);
    if (!out_)
        throw FileError(
            fmt::format("{} can't be written; give another out folder with --out.", file_.string()));
}

void FinishedRuns::begin(const std::string& title) const {
    write_whole(file_, [&](const fs::path& temporary) {
        std::ofstream(temporary, std::ios::binary) << title << '\n';
    });
}

void FinishedRuns::read(const std::string& title, const Plan& plan) {
    std::ifstream in(file_, std::ios::binary);
    if (!in) {
        throw FileError(
            fmt::format("--resume: there is no {}, so no comparison was interrupted there; leave --resume "
                        "out, or give its folder with --out.",
                        file_.string()));
    }
    std::string line;
    std::uintmax_t whole = 0;  // bytes in whole lines
    for (std::size_t number = 1; std::getline(in, line); ++number) {
        if (in.eof()) break;  // what was being written when the program ended
        whole += line.size() + 1;
        const auto refuse = [&](const std::string& what) {
            throw FileError(
                fmt::format("--resume: {} is {}; leave --resume out to start anew.", file_.string(), what));
        };
        try {
            const json found = json::parse(line);
            if (number == 1) {
                if (found.at("demo") != "compare_norms" || found.at("version") != 1 ||
                    !found.at("flags").is_object())
                    throw Unexpected();
                if (const json here = json::parse(title); found != here)
                    refuse(fmt::format("of a comparison with other flags ({})", difference(found, here)));
                continue;
            }
            std::size_t i = 0;
            compare_norms::read(found.at("job"), i);
            if (i >= plan.jobs.size()) throw Unexpected();
            Run run;
            run.job = plan.jobs[i];
            compare_norms::read(found.at("run"), run);
            found_[i] = std::move(run);
        } catch (const json::exception&) {
            refuse(fmt::format("not as compare_norms writes it, in line {}", number));
        } catch (const Unexpected&) {
            refuse(fmt::format("not as compare_norms writes it, in line {}", number));
        }
    }
    if (whole == 0)
        throw FileError(
            fmt::format("--resume: {} is empty; leave --resume out to start anew.", file_.string()));
    in.close();
    fs::resize_file(file_, whole);
}

void FinishedRuns::keep(std::size_t i, const Run& run) {
    const std::string line = json{{"job", i}, {"run", written(run)}}.dump() + "\n";
    const std::lock_guard lock(mutex_);
    out_.write(line.data(), static_cast<std::streamsize>(line.size())).flush();
    if (!out_)
        throw FileError(
            fmt::format("{} can't be written in full; see whether the disk is full.", file_.string()));
}

void FinishedRuns::remove() {
    out_.close();
    std::error_code ignored;
    fs::remove(file_, ignored);
}

}  // namespace tapedeck::demos::compare_norms
