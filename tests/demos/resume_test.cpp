// compare_norms --resume: killed at any moment and resumed, a comparison ends with the same results.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "../support.hpp"
#include "demos/common/error.hpp"
#include "demos/compare_norms/comparison.hpp"
#include "demos/compare_norms/finished_runs.hpp"
#include "demos/compare_norms/results.hpp"
#include "temporary_folder.hpp"

using namespace tapedeck::demos;
using namespace tapedeck::demos::compare_norms;
using nlohmann::json;
using tapedeck::test::error_text;
using tapedeck::test::says;
using tapedeck::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
void put(const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

/// Those that are whole: another program may be writing the last.
std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
        lines.push_back(text.substr(at, end - at));
    return lines;
}

Flags tiny(const fs::path& out) {
    Flags flags;
    flags.tasks = {Task::spirals, Task::adding};
    flags.norms = {Norm::none, Norm::batch};
    flags.seeds = 1;
    flags.rates = {0.003, 0.01};
    flags.epochs = 2;
    flags.batch = 16;
    flags.hidden = {8};
    flags.rnn_hidden = {8};
    flags.train = 72;
    flags.validation = 20;
    flags.test = 20;
    flags.points = 3;
    flags.out = out;
    return flags;
}

/// All that the program does between the flags and results.json.
json document_of(const Flags& flags, std::size_t& resumed) {
    const Plan plan = make_plan(flags);
    FinishedRuns finished(flags, plan);
    resumed = finished.found().size();
    return results_document(flags, plan, compare(plan, load_data(flags, plan), 2, &finished), {}, 0);
}

json without_seconds(json document) {
    document.erase("machine");
    document.erase("seconds");
    for (json& run : document["runs"]) run.erase("seconds");
    return document;
}

}  // namespace

TEST_CASE("resume: after any number of finished runs the results are those of an uninterrupted comparison") {
    const TemporaryFolder folder;
    Flags flags = tiny(folder.path);
    const fs::path file = folder.path / "finished_runs.jsonl";
    std::size_t resumed = 9;
    const std::string straight = without_seconds(document_of(flags, resumed)).dump();
    CHECK(resumed == 0);
    const std::string whole = content_of(file);
    const auto lines = lines_of(whole);
    REQUIRE(lines.size() == 1 + 8);
    flags.resume = true;
    for (const std::size_t kept : {std::size_t{0}, std::size_t{3}, std::size_t{8}}) {
        for (const bool torn : {false, true}) {
            if (torn && kept == 8) continue;
            std::string content;
            for (std::size_t i = 0; i <= kept; ++i) content += lines[i] + "\n";
            if (torn) content += lines[kept + 1].substr(0, lines[kept + 1].size() / 2);
            put(file, content);
            CAPTURE(kept);
            CHECK(without_seconds(document_of(flags, resumed)).dump() == straight);
            CHECK(resumed == kept);
            CHECK(lines_of(content_of(file)).size() == lines.size());
        }
    }
}

TEST_CASE("resume: a run comes back as it was, to the bit, whatever its numbers") {
    const TemporaryFolder folder;
    Flags flags = tiny(folder.path);
    const Plan plan = make_plan(flags);
    const double inf = std::numeric_limits<double>::infinity();
    Run run;
    run.job = plan.jobs[3];
    run.status = Status::diverged;
    run.parameters = 12;
    run.series.step = {0, 5};
    run.series.train_loss = {0.1 + 0.2, kNone};
    run.series.seconds = {5e-324, std::nextafter(1.0, 2)};
    run.series.gamma["norm \"1\""].min = {inf, -inf, -0.0};
    run.series.running_var["norm"].batch = {1e308};
    run.histograms["h"] = {{0.5, 1.5}, {3}, {std::numeric_limits<std::size_t>::max()}};
    run.boundary = Boundary{{1}, {2}, {{0.3}, {}}, {{0.1, 0.7, 1}}};
    run.train.loss = 1.0 / 3;
    run.seconds = 2.5;
    FinishedRuns(flags, plan).keep(3, run);
    flags.resume = true;
    const FinishedRuns read(flags, plan);
    REQUIRE(read.found().size() == 1);
    const Run& back = read.found().at(3);
    CHECK(back.job.rate == run.job.rate);
    CHECK(back.status == Status::diverged);
    CHECK(back.parameters == 12);
    CHECK(back.series.step == run.series.step);
    CHECK(back.series.train_loss[0] == 0.1 + 0.2);
    CHECK(std::isnan(back.series.train_loss[1]));
    CHECK(back.series.seconds == run.series.seconds);
    CHECK(back.series.gamma.at("norm \"1\"").min == run.series.gamma.at("norm \"1\"").min);
    CHECK(std::signbit(back.series.gamma.at("norm \"1\"").min[2]));
    CHECK(back.series.running_var.at("norm").batch == Numbers{1e308});
    CHECK(back.histograms.at("h").edges == Numbers{0.5, 1.5});
    CHECK(back.histograms.at("h").after == run.histograms.at("h").after);
    REQUIRE(back.boundary);
    CHECK(back.boundary->p == run.boundary->p);
    CHECK(back.boundary->points.at(0).y == 0.7);
    CHECK(back.boundary->points.at(0).label == 1);
    CHECK(back.train.loss == 1.0 / 3);
    CHECK(std::isnan(back.test.accuracy));
    CHECK(back.seconds == 2.5);
}

TEST_CASE(
    "resume: a file that is missing, broken or of other flags is refused in a sentence, and stays as it is") {
    const TemporaryFolder folder;
    Flags flags = tiny(folder.path);
    const fs::path file = folder.path / "finished_runs.jsonl";
    const Plan plan = make_plan(flags);
    FinishedRuns(flags, plan).keep(0, Run{});
    const std::string whole = content_of(file);
    const auto lines = lines_of(whole);
    const auto refused = [&](const std::string& content, const Flags& with,
                             std::initializer_list<std::string_view> parts) {
        put(file, content);
        Flags resuming = with;
        resuming.resume = true;
        const std::string text = error_text<FileError>([&] { FinishedRuns(resuming, make_plan(resuming)); });
        CAPTURE(text);
        CHECK(says(text, parts));
        CHECK(text.find('\n') == std::string::npos);
        CHECK(content_of(file) == content);
    };
    refused("", flags, {"--resume: ", "is empty"});
    refused("{}", flags, {"--resume: ", "is empty"});
    refused("{}\n", flags, {"not as compare_norms writes it, in line 1"});
    refused("3\n", flags, {"not as compare_norms writes it, in line 1"});
    refused("\xff{\n", flags, {"not as compare_norms writes it, in line 1"});
    refused(R"({"demo":"redraw","version":1,"flags":{}})"
            "\n",
            flags, {"in line 1"});
    refused(R"({"demo":"compare_norms","version":2,"flags":{}})"
            "\n",
            flags, {"in line 1"});
    refused(R"({"demo":"compare_norms","version":1,"flags":3})"
            "\n",
            flags, {"in line 1"});
    refused(whole + "{}\n", flags, {"in line 3"});
    refused(whole + whole, flags, {"in line 3"});
    json other = json::parse(lines[1]);
    const auto changed = [&](const std::function<void(json&)>& change) {
        json run = other;
        change(run);
        return lines[0] + "\n" + run.dump() + "\n";
    };
    refused(changed([](json& run) { run["job"] = 8; }), flags, {"in line 2"});
    refused(changed([](json& run) { run["job"] = -1; }), flags, {"in line 2"});
    refused(changed([](json& run) { run["run"].erase("seconds"); }), flags, {"in line 2"});
    refused(changed([](json& run) { run["run"]["seconds"] = "long"; }), flags, {"in line 2"});
    refused(changed([](json& run) { run["run"]["status"] = "waiting"; }), flags, {"in line 2"});
    refused(changed([](json& run) { run["run"]["series"]["step"] = 3; }), flags, {"in line 2"});
    Flags longer = flags;
    longer.epochs = 3;
    refused(whole, longer,
            {"of a comparison with other flags (--epochs is 2 there and 3 here)", "leave --resume out"});
    longer.epochs.reset();
    refused(whole, longer, {"(--epochs is 2 there and not given here)"});
    fs::remove(file);
    flags.resume = true;
    CHECK(says(error_text<FileError>([&] { FinishedRuns(flags, plan); }),
               {"--resume: there is no ", "finished_runs.jsonl"}));
}

TEST_CASE("resume: the program, killed and resumed, writes the results of one that was not") {
    const TemporaryFolder folder;
    const fs::path straight = folder.path / "straight", killed = folder.path / "killed";
    const auto start = [](const fs::path& out, std::vector<std::string> more) {
        std::vector<std::string> words{COMPARE_NORMS,  "--tasks=spirals", "--seeds=2",
                                       "--epochs=400", "--no-report",     "--train=320",
                                       "--threads=2",  "--out",           out.string()};
        words.insert(words.end(), more.begin(), more.end());
        std::cout.flush();  // or the child would print it again
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            std::vector<char*> arguments;
            for (std::string& word : words) arguments.push_back(word.data());
            arguments.push_back(nullptr);
            if (std::freopen("/dev/null", "w", stdout) != nullptr) execv(COMPARE_NORMS, arguments.data());
            _exit(127);
        }
        return child;
    };
    const auto wait = [](pid_t child) {
        int status = 0;
        waitpid(child, &status, 0);
        return status;
    };
    REQUIRE(wait(start(straight, {})) == 0);
    CHECK(!fs::exists(straight / "finished_runs.jsonl"));
    std::size_t finished = 0;
    for (const std::size_t lines : {std::size_t{3}, std::size_t{9}}) {
        const pid_t child =
            start(killed, finished == 0 ? std::vector<std::string>{} : std::vector<std::string>{"--resume"});
        while (lines_of(content_of(killed / "finished_runs.jsonl")).size() < lines &&
               waitpid(child, nullptr, WNOHANG) == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        kill(child, SIGKILL);
        wait(child);
        finished = lines_of(content_of(killed / "finished_runs.jsonl")).size();
        CHECK(finished >= lines);
        CHECK(!fs::exists(killed / "results.json"));
    }
    REQUIRE(wait(start(killed, {"--resume"})) == 0);
    CHECK(!fs::exists(killed / "finished_runs.jsonl"));
    const json one = json::parse(content_of(straight / "results.json")),
               two = json::parse(content_of(killed / "results.json"));
    CHECK(one["runs"].size() == 3 * 2 * 3);
    CHECK(without_seconds(one).dump() == without_seconds(two).dump());
}
