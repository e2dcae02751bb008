// The report: what is in results.json is in the page, and what isn't is said.
#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <tapedeck/core/error.hpp>
#include <vector>

#include "demos/report/draw.hpp"
#include "demos/report/figures.hpp"
#include "demos/report/gnuplot.hpp"
#include "demos/report/html.hpp"
#include "demos/report/range.hpp"
#include "demos/report/report.hpp"
#include "demos/report/results.hpp"
#include "demos/report/spread.hpp"
#include "demos/report/table.hpp"
#include "temporary_folder.hpp"

using namespace tapedeck::demos;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

struct Folder : tapedeck::test::TemporaryFolder {
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(path), fs::directory_iterator{}));
    }
};

/// PATH, for as long as a test wants another gnuplot or none.
struct ProgramsIn {
    std::string before = getenv("PATH");
    explicit ProgramsIn(const fs::path& instead) { setenv("PATH", instead.c_str(), 1); }
    ProgramsIn(const ProgramsIn&) = delete;
    ProgramsIn& operator=(const ProgramsIn&) = delete;
    ~ProgramsIn() { setenv("PATH", before.c_str(), 1); }
};

std::string content(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++n;
    return n;
}

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

json run(const std::string& task, const std::string& network, const std::string& norm, int seed, double rate,
         double loss) {
    const json row{6 * loss, 3 * loss, loss};
    const json band{{"mean", {1, 1.1, 1.2}}, {"min", {1, 0.9, 0.8}}, {"max", {1, 1.3, 1.5}}};
    const json tracked{{"running", {0, 0.1, 0.2}}, {"batch", {0.3, 0.2, 0.3}}};
    json r{{"task", task},
           {"network", network},
           {"norm", norm},
           {"seed", seed},
           {"learning_rate", rate},
           {"chosen", rate == 0.01},
           {"status", "done"},
           {"config", {{"hidden", {16}}, {"batch", 32}, {"epochs", 2}, {"parameters", 321}}},
           {"series",
            {{"step", {0, 10, 20}},
             {"train_loss", row},
             {"train_mode_loss", row},
             {"validation_loss", row},
             {"validation_accuracy", {0.1, 0.5, 0.8}},
             {"log10_update_ratio", {{"fc1.weight", {-2, -2.5, -3.5}}}},
             {"gradient_norm", {{"fc1", {1, 0.5, 0.1}}}},
             {"saturated", {{"act1", {0, 0.1, 0.2}}}}}},
           {"histograms", {{"norm1", {{"edges", {-2, -1, 0, 1, 2}}, {"before", {1, 5, 5, 1}}}}}},
           {"final",
            {{"train_loss", loss},
             {"validation_loss", loss},
             {"test_loss", loss},
             {"train_accuracy", 0.9},
             {"validation_accuracy", 0.8},
             {"test_accuracy", 0.7}}},
           {"seconds", {{"total", 2.5}, {"series", {0, 1.2, 2.5}}}}};
    if (norm != "none") {
        r["series"]["gamma"] = r["series"]["beta"] = {{"norm1", band}};
        r["histograms"]["norm1"]["after"] = {0, 6, 6, 0};
    }
    if (norm == "batch") r["series"]["running_mean"] = r["series"]["running_var"] = {{"norm1", tracked}};
    if (network == "rnn") r["gradient_norm_per_time_step"] = {1e-4, 1e-3, 1e-2};
    if (task == "spirals")
        r["boundary"] = {{"x", {0, 1, 2}},
                         {"y", {0, 1}},
                         {"p", {{0.1, 0.4, 0.9}, {0.2, 0.6, 0.9}}},
                         {"points", {{0.5, 0.5, 0}, {1.5, 0.5, 1}}}};
    return r;
}

/// Three norms on one task and network, three seeds, two rates; LayerNorm is the best beyond the spread.
json results(const std::string& task = "spirals", const std::string& network = "mlp") {
    json document{{"demo", "compare_norms"},  {"version", 1},
                  {"flags", {{"epochs", 2}}}, {"seeds", {1, 2, 3}},
                  {"runs", json::array()},    {"machine", {{"threads", 2}, {"cpu", "a cpu"}}},
                  {"claims", json::array()}};
    for (const auto& [norm, loss] :
         {std::pair{"none", 0.5}, std::pair{"batch", 0.45}, std::pair{"layer", 0.3}})
        for (int seed = 1; seed <= 3; ++seed)
            for (const double rate : {0.01, 0.1})
                document["runs"].push_back(
                    run(task, network, norm, seed, rate, loss + 0.05 * (seed - 2) + (rate == 0.1 ? 1 : 0)));
    return document;
}

std::string report_of(const json& document) {
    const Folder folder;
    write_report(document, folder.path / "report.html");
    CHECK(folder.files() == 1);
    return content(folder.path / "report.html");
}

const Figure& named(const std::vector<Figure>& figures, const std::string& name) {
    for (const Figure& figure : figures)
        if (figure.name == name) return figure;
    FAIL("no figure " << name);
    return figures.front();
}

/// The points of the first path in this colour that has `n` of them.
std::vector<std::array<double, 2>> path_of(const std::string& svg, const std::string& rgb, std::size_t n) {
    const std::regex path("<path stroke='" + rgb + "'[^>]*d='([^']*)'"), point("([0-9.]+),([0-9.]+)");
    for (std::sregex_iterator p(svg.begin(), svg.end(), path), end; p != end; ++p) {
        const std::string d = (*p)[1];
        std::vector<std::array<double, 2>> points;
        for (std::sregex_iterator q(d.begin(), d.end(), point); q != end; ++q)
            points.push_back({std::stod((*q)[1]), std::stod((*q)[2])});
        if (points.size() == n && !has((*p)[0], "stroke-width")) return points;
    }
    return {};
}

}  // namespace

TEST_CASE("report: median and range over the seeds") {
    const double nan = std::nan("");
    CHECK(spread_of({3, 1, 2}).median == 2);
    CHECK(spread_of({4, 1, 2, 3}).median == 2.5);
    CHECK(spread_of({4, nan, 2, INFINITY}).count == 2);
    CHECK(spread_of({4, nan, 2}).low == 2);
    CHECK(spread_of({4, nan, 2}).high == 4);
    CHECK(std::isnan(spread_of({nan}).median));
    CHECK(separated({2, 1, 3, 3}, {5, 4, 6, 3}));
    CHECK(separated({5, 4, 6, 3}, {2, 1, 3, 3}));
    CHECK_FALSE(separated({2, 1, 3, 3}, {4, 3, 5, 3}));  // touching ranges overlap
    CHECK_FALSE(separated({2, 2, 2, 1}, {4, 4, 4, 1}));  // one seed has no spread
    CHECK(chance_of_separation(5, 5) == doctest::Approx(2.0 / 252));
    CHECK(chance_of_separation(1, 1) == 1);
}

TEST_CASE("report: the table has medians, ranges, and what exceeds the spread") {
    json document = results();
    const std::string table = result_table(groups_of(document).at(0));
    CHECK(count(table, "0.300<i") == 2);  // validation and test, marked as the best
    CHECK(count(table, "<small>0.250 – 0.350</small>") == 3);
    CHECK(count(table, "0.500<small>0.450 – 0.550</small>") == 3);
    CHECK(has(table, "<b>LayerNorm</b> below <b>BatchNorm</b>"));
    CHECK(has(table, "<b>LayerNorm</b> below <b>no norm</b>"));
    CHECK(has(table, "Within the spread: BatchNorm and no norm."));
    CHECK(has(table, "10.0 %"));  // three seeds each: 2 of 20 orders
    CHECK(has(table, "<td class=\"n\">90.0<small>90.0 – 90.0</small></td>"));
    CHECK(table.find("no norm") < table.find("BatchNorm"));

    SUBCASE("a seed that diverged is said") {
        for (json& r : document["runs"])
            if (r["norm"] == "batch" && r["seed"] == 2)
                r["status"] = "diverged", r["final"] = {{"test_loss", nullptr}};
        const std::string lost = result_table(groups_of(document).at(0));
        CHECK(has(lost, "BatchNorm: 1 of 3 seeds diverged"));
        CHECK(has(lost, "0.450<small>0.400 – 0.500</small>"));
    }
    SUBCASE("a model without a chosen rate is said") {
        for (json& r : document["runs"])
            if (r["norm"] == "batch") r["chosen"] = false;
        CHECK(has(result_table(groups_of(document).at(0)), "no learning rate was chosen"));
    }
    SUBCASE("higher accuracy is better") {
        for (json& r : document["runs"])
            if (r["norm"] == "layer") r["final"]["test_accuracy"] = 0.75;
        CHECK(has(result_table(groups_of(document).at(0)), "<b>LayerNorm</b> above <b>no norm</b>"));
    }
    SUBCASE("one seed is no spread") {
        std::erase_if(document["runs"].get_ref<json::array_t&>(),
                      [](const json& r) { return r["seed"] != 1; });
        const std::string one = result_table(groups_of(document).at(0));
        CHECK(has(one, "One seed has no spread"));
        CHECK_FALSE(has(one, "Beyond the spread:"));
        CHECK_FALSE(has(one, "◆"));
    }
    SUBCASE("every rate and seed is listed") {
        const std::string runs = run_table(groups_of(document).at(0));
        CHECK(has(runs, "(18 runs"));
        CHECK(count(runs, "<tr><td>") == 9);
        CHECK(count(runs, "<tr class=\"chosen\">") == 9);
    }
}

TEST_CASE("report: every figure is in the page, which needs nothing from outside") {
    for (const auto& [task, network] : {std::pair{"spirals", "mlp"}, std::pair{"adding", "rnn"}}) {
        const json document = results(task, network);
        const std::string page = report_of(document);
        const auto figures = figures_of(groups_of(document));
        CHECK(figures.size() >= 13);
        CHECK(count(page, "role=\"img\"") == figures.size());
        CHECK_FALSE(has(page, "Not drawn"));
        for (const Figure& figure : figures) {
            CHECK(has(page, "<figure id=\"" + figure.name + "\">"));
            CHECK(has(page, "results.json --figure " + figure.name + "</code>"));
            CHECK(has(page, escaped(figure.hint)));
        }
        std::string without = std::regex_replace(page, std::regex("xmlns(:xlink)?=\"[^\"]*\""), "");
        CHECK_FALSE(has(without, "http"));
        CHECK_FALSE(has(without, "<script"));
        CHECK(count(page, "prefers-color-scheme: dark") == 1);
    }
}

TEST_CASE("report: no two elements of the page share an id, and references are met") {
    const std::string page = report_of(results());
    std::set<std::string> ids;
    const std::regex id(" id=['\"]([^'\"]*)['\"]"), reference("href=['\"]#([^'\"]*)['\"]");
    for (std::sregex_iterator i(page.begin(), page.end(), id), end; i != end; ++i) {
        INFO((*i)[1]);
        CHECK(ids.insert((*i)[1]).second);
    }
    for (std::sregex_iterator i(page.begin(), page.end(), reference), end; i != end; ++i) {
        INFO((*i)[1]);
        CHECK(ids.count((*i)[1]) == 1);
    }
}

TEST_CASE("report: a figure shows the data where they are") {
    const json document = results();
    const auto figures = figures_of(groups_of(document));
    SUBCASE("the median of a loss, on a logarithmic axis when it spans much") {
        const Figure& loss = named(figures, "spirals-mlp-validation-loss");
        CHECK(loss.panels.at(0).y_log);
        // LayerNorm's median is 1.8, 0.9, 0.3 at steps 0, 10, 20: down to a half, then to a third.
        const auto points = path_of(draw(loss, Medium::svg), "rgb\\(  0, 114, 178\\)", 3);
        REQUIRE(points.size() == 3);
        CHECK(points[1][0] - points[0][0] == doctest::Approx(points[2][0] - points[1][0]).epsilon(0.001));
        CHECK((points[1][1] - points[0][1]) / (points[2][1] - points[1][1]) ==
              doctest::Approx(std::log(2) / std::log(3)).epsilon(0.01));
        CHECK(points[1][1] > points[0][1]);
        const Figure& accuracy = named(figures, "spirals-mlp-validation-accuracy");
        CHECK_FALSE(accuracy.panels.at(0).y_log);
        const auto shares =
            path_of(draw(accuracy, Medium::svg), "rgb\\(  0, 114, 178\\)", 3);  // 10, 50, 80 percent
        REQUIRE(shares.size() == 3);
        CHECK((shares[1][1] - shares[0][1]) / (shares[2][1] - shares[1][1]) ==
              doctest::Approx(4.0 / 3).epsilon(0.01));
        CHECK(count(script_of(loss, Medium::svg, false), "rgb '#0072b2'") == 3);  // two panels and the legend
    }
    SUBCASE("shares in percent, the guide at -3, seconds on the axis") {
        CHECK(has(script_of(named(figures, "spirals-mlp-saturated"), Medium::svg, false), "\n20 20 \n"));
        CHECK(has(script_of(named(figures, "spirals-mlp-update-ratio"), Medium::svg, false),
                  "\n0 -3 \n20 -3 \n"));
        CHECK(has(script_of(named(figures, "spirals-mlp-train-loss"), Medium::svg, false), "\n2.5 0.3 \n"));
        CHECK(has(script_of(named(figures, "spirals-mlp-validation-accuracy"), Medium::svg, false),
                  "\n20 80 \n"));
    }
    SUBCASE("a histogram is an outline in percent") {
        const std::string script = script_of(named(figures, "spirals-mlp-histograms"), Medium::svg, false);
        CHECK(has(script, "\n-2 0 \n-2 8.33333 \n-1 8.33333 \n-1 41.6667 \n"));
        CHECK(has(script, "\n-1 50 \n0 50 \n"));
    }
    SUBCASE("gamma and beta with their bands, running against batch") {
        CHECK(
            has(script_of(named(figures, "spirals-mlp-gamma-beta"), Medium::svg, false), "\n20 0.8 1.5 \n"));
        CHECK(has(script_of(named(figures, "spirals-mlp-running-statistics"), Medium::svg, false),
                  "\n0 0.3 \n10 0.2 \n"));
    }
    SUBCASE("the decision boundary has its grid by rows of y, and the points by class") {
        const std::string script = script_of(named(figures, "spirals-mlp-boundary"), Medium::svg, false);
        CHECK(has(script, "\n0 0 0.1 \n1 0 0.4 \n2 0 0.9 \n\n0 1 0.2 \n"));
        CHECK(has(script, "\n0.5 0.5 \nEOD"));
        CHECK(has(script, "\n1.5 0.5 \nEOD"));
    }
    SUBCASE("every rate and seed is a point, and a diverged run is a cross") {
        json diverged = document;
        diverged["runs"][1]["status"] = "diverged";
        diverged["runs"][1]["final"] = json::object();
        const auto traces =
            named(figures_of(groups_of(diverged)), "spirals-mlp-learning-rates").panels.at(0).traces;
        std::size_t points = 0, crosses = 0;
        for (const Trace& trace : traces) {
            if (trace.kind == Kind::points) points += trace.columns[0].size();
            if (trace.kind == Kind::crosses) crosses += trace.columns[0].size();
        }
        CHECK(points == 17);
        CHECK(crosses == 1);
    }
    SUBCASE("by time step, for an RNN") {
        const json rnn = results("adding", "rnn");
        CHECK(has(script_of(named(figures_of(groups_of(rnn)), "adding-rnn-gradient-per-time-step"),
                            Medium::svg, false),
                  "\n1 0.0001 \n2 0.001 \n3 0.01 \n"));
    }
}

TEST_CASE("report: the axis is fitted to the training, not to the untrained start or to one bad seed") {
    Panel panel{"", "x", "y"};
    panel.traces = {{Kind::faint, {}, {{0, 1, 2, 3}, {9, 8, 90, 1}}},
                    {Kind::line, {}, {{0, 1, 2, 3}, {9, 3, 2, 1}}}};
    CHECK(range_of(panel, true).high == 11);  // a faint line may add a quarter of the others' span
    fit_after_start(panel);
    CHECK(panel.y.high == doctest::Approx(3.5 + 0.05 * 2.5));
    CHECK(panel.y.low == doctest::Approx(1 - 0.05 * 2.5));
    CHECK(log_tics({0.09, 1.2}) == "0.1,0.2,0.5,1");
    CHECK(log_tics({1e-6, 1}) == "1e-06,1e-05,0.0001,0.001,0.01,0.1,1");
}

TEST_CASE("report: where most seeds have no finite value, the median has none") {
    json document = results();
    for (json& r : document["runs"])
        if (r["norm"] == "layer" && r["seed"] != 3) r["series"]["validation_loss"][2] = nullptr;
    const Figure loss = named(figures_of(groups_of(document)), "spirals-mlp-validation-loss");
    const Trace& median = loss.panels.at(0).traces.back();
    CHECK(median.kind == Kind::line);
    CHECK(median.pen.color == "#0072b2");
    CHECK(median.columns[1][1] == doctest::Approx(0.9));
    CHECK(std::isnan(median.columns[1][2]));
    CHECK_NOTHROW(report_of(document));
}

TEST_CASE("report: whatever is missing is left out with a sentence") {
    const json whole = results();
    const auto without = [&](const std::vector<std::string>& path) {
        json document = whole;
        for (json& r : document["runs"]) {
            json* at = &r;
            for (std::size_t i = 0; i + 1 < path.size(); ++i) at = &(*at)[path[i]];
            at->erase(path.back());
        }
        return document;
    };
    for (const char* key : {"seed", "learning_rate", "chosen", "status", "config", "series", "histograms",
                            "boundary", "final", "seconds"}) {
        INFO(key);
        CHECK_NOTHROW(report_of(without({key})));
    }
    for (const auto& item : whole["runs"].back()["series"].items()) {
        INFO(item.key());
        const std::string page = report_of(without({"series", item.key()}));
        CHECK(has(page, "Not drawn: these results hold no") ==
              (item.key() != "validation_accuracy" && item.key() != "beta"));
    }
    json bare{{"demo", "compare_norms"}, {"version", 1}};
    CHECK(has(report_of(bare), "Not drawn"));
    bare["runs"] = json::array({{{"task", "fashion"}, {"network", "rnn"}, {"norm", "none"}}});
    CHECK(has(report_of(bare), "no learning rate was chosen"));
}

TEST_CASE("report: an interrupted demo") {
    json document = results();
    auto& runs = document["runs"].get_ref<json::array_t&>();
    runs.resize(4);
    runs.back()["status"] = "interrupted";
    runs.back()["series"]["validation_loss"] = {1, 2};  // cut at another point than the steps
    runs.back()["seconds"] = {{"series", {0.1}}};
    document["status"] = "interrupted";
    document["planned_runs"] = 18;
    const std::string page = report_of(document);
    CHECK(has(page, "The demo was interrupted: 3 runs complete of 18 planned"));
}

TEST_CASE("report: names and values are text, never markup or commands") {
    json document = results();
    document["flags"] = {{"data", "<script>alert(1)</script>"}};
    const std::string layer = "it's <b>\n\"$x\" `id` \\";
    for (json& r : document["runs"]) {
        r["series"]["gradient_norm"] = {{layer, {1, 2, 3}}};
        r["norm"] = r["norm"] == "batch" ? "ba<tch" : r["norm"];
    }
    const Folder folder;
    fs::create_directory(folder.path / "it's here");
    write_report(document, folder.path / "it's here" / "report.html");
    const std::string page = content(folder.path / "it's here" / "report.html");
    CHECK_FALSE(has(page, "<script>"));
    CHECK(has(page, "&lt;script&gt;alert(1)"));
    CHECK(has(page, "it's &lt;b>"));  // in the picture, as gnuplot writes it
    CHECK(has(page, "ba&lt;tch"));
    CHECK_FALSE(has(page, "ba<tch"));
    CHECK(has(page, "it&#39;\\&#39;&#39;s here/results.json&#39; --figure"));
    CHECK(quoted("it's\n") == "'it''s '");
}

TEST_CASE("report: results of another kind are refused in one sentence") {
    const Folder folder;
    const fs::path out = folder.path / "report.html";
    const auto refused = [&](const json& document, const std::string& words) {
        try {
            write_report(document, out);
            FAIL("not refused");
        } catch (const tapedeck::Error& e) {
            INFO(e.what());
            CHECK(has(e.what(), words));
        }
        CHECK(folder.files() == 0);
    };
    json document = results();
    document["version"] = 2;
    refused(document, "version 2; expected \"compare_norms\", version 1");
    refused(json::array(), "expected \"compare_norms\"");
    document = results();
    document["runs"][0]["series"]["train_loss"] = "low";
    refused(document, "not as compare_norms writes them: an array is expected where \"low\" stands");
    document["runs"] = 3;
    refused(document, "an array is expected where 3 stands");
    document["runs"] = {4};
    refused(document, "a run is expected where 4 stands");
    const auto refused_in_run = [&](const char* key, const json& value, const std::string& words) {
        json changed = results();
        changed["runs"][0][key] = value;
        refused(changed, words);
    };
    refused_in_run("chosen", "yes", "true or false is expected where \"yes\" stands");
    refused_in_run("norm", json::array(), "a text is expected where an array stands");
    refused_in_run("seed", true, "a number is expected where true stands");
    CHECK_THROWS_AS(read_results(folder.path / "none.json"), tapedeck::Error);
    std::ofstream(folder.path / "half.json") << "{\"demo\": \"comp";
    CHECK_THROWS_AS(read_results(folder.path / "half.json"), tapedeck::Error);
    std::istringstream deep(std::string(1000000, '['));
    CHECK_THROWS_WITH_AS(read_results(deep, "deep"),
                         "report: deep is nested deeper than 32, which no results are.", tapedeck::Error);
}

TEST_CASE("report: values near the ends of double are drawn off the axes") {
    json document = results();
    for (json& r : document["runs"]) {
        r["learning_rate"] = r["chosen"] ? 1e-308 : 1e308;
        r["series"]["validation_loss"] = {5e-324, 1e308, 1.0};
        r["final"]["validation_loss"] = 1e308;
    }
    for (const Figure& figure : figures_of(groups_of(document))) {
        if (figure.panels.empty()) continue;
        const std::string script = script_of(figure, Medium::svg, true);
        CHECK_FALSE(has(script, "inf"));
        CHECK_FALSE(has(script, "range [nan"));
    }
    CHECK(has(report_of(document), "<svg"));
}

TEST_CASE("report: when gnuplot is missing or fails, nothing is left behind") {
    const json document = results();
    const Folder out, programs;
    const auto message = [&] {
        try {
            write_report(document, out.path / "report.html");
        } catch (const tapedeck::Error& e) {
            return std::string(e.what());
        }
        return std::string("nothing was thrown");
    };
    {
        const ProgramsIn only(programs.path);
        CHECK(has(message(), "gnuplot can't be started"));
        CHECK(out.files() == 0);
        const fs::path fake = programs.path / "gnuplot";
        std::ofstream(fake) << "#!/bin/sh\necho 'out of ink' >&2\nexit 3\n";
        fs::permissions(fake, fs::perms::owner_all);
        CHECK(has(message(), "gnuplot failed (exit code 3): out of ink"));
        std::ofstream(fake) << "#!/bin/sh\nexit 0\n";
        CHECK(has(message(), "gnuplot drew nothing for overview"));
        CHECK(out.files() == 0);
    }
    CHECK_THROWS_AS(Gnuplot("plot nonsense(\n").output(), tapedeck::Error);
    CHECK_THROWS_AS(write_report(document, out.path / "no such folder" / "report.html"), tapedeck::Error);
    fs::create_directory(out.path / "report.html");  // a folder in the way: the rename fails at the end
    CHECK_THROWS_AS(write_report(document, out.path / "report.html"), tapedeck::Error);
    CHECK(out.files() == 1);
}

TEST_CASE("report: one figure as PNG or in letters") {
    const auto figures = figures_of(groups_of(results()));
    const Figure& overview = named(figures, "overview");
    const std::string png = draw(overview, Medium::png);
    CHECK(png.substr(1, 3) == "PNG");
    CHECK(static_cast<unsigned char>(png[18]) * 256 + static_cast<unsigned char>(png[19]) ==
          1000);  // pixels across
    const std::string letters = draw(overview, Medium::terminal);
    for (const char* word : {"LayerNorm", "training step", "Spirals", "$$$"}) CHECK(has(letters, word));
    CHECK_FALSE(has(letters, "one seed"));
    Figure empty;
    CHECK_THROWS_AS(draw(empty, Medium::svg), tapedeck::Error);
}

TEST_CASE("report: a norm looks the same everywhere") {
    const std::array<std::array<std::string, 3>, 6> table{{{"none", "no norm", "#7f7f7f"},
                                                           {"batch", "BatchNorm", "#d55e00"},
                                                           {"layer", "LayerNorm", "#0072b2"},
                                                           {"group", "GroupNorm", "#009e73"},
                                                           {"rms", "RMSNorm", "#cc79a7"},
                                                           {"instance", "InstanceNorm", "#e69f00"}}};
    std::set<std::string> dashes;
    for (const auto& [key, label, color] : table) {
        CHECK(norm_style(key).label == label);
        CHECK(norm_style(key).pen.color == color);
        dashes.insert(norm_style(key).pen.dash);
    }
    CHECK(dashes.size() == 6);
    CHECK(norm_style("mine").label == "mine");
    CHECK(faint(norm_style("layer").pen, 1).color == "#0072b2");
    CHECK(faint(norm_style("layer").pen, 0).color == "#ffffff");
}

TEST_CASE("report: tick marks are few and round") {
    CHECK(tapedeck::demos::tic_step({0, 1690}, 4) == doctest::Approx(500));
    CHECK(tapedeck::demos::tic_step({0, 2248}, 4) == doctest::Approx(1000));
    CHECK(tapedeck::demos::tic_step({-0.3, 0.05}, 4) == doctest::Approx(0.1));
    CHECK(tapedeck::demos::tic_step({0, 36}, 4) == doctest::Approx(10));
}
