// The laboratory's frame: verdicts by the stated rule, results that are the same bytes, figures that hide no
// seed.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include <nlohmann/json.hpp>

#include <tapedeck/core/random.hpp>

#include "../support.hpp"
#include "demos/common/error.hpp"
#include "demos/common/nets.hpp"
#include "demos/data/generated.hpp"
#include "demos/lab/drawing.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/lab/flags.hpp"
#include "demos/lab/page.hpp"
#include "demos/lab/results.hpp"
#include "demos/lab/training.hpp"

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;
using nlohmann::json;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

void body(Experiment& e) {
    for (const char* norm : {"none", "layer"}) {
        for (const int size : {2, 8}) {
            e.plan({{"norm", norm}, {"size", size}}, [](Run& run) {
                tapedeck::Random rng(run.seed);
                for (int t = 0; t < 4; ++t) run.add("loss", t, rng.uniform() + run.number("size"));
                run.values["last"] = run.series["loss"].y.back();
                run.seconds["step"] = 0.5;
            });
        }
    }
    e.measure();
    e.draw(
        {.name = "all",
         .heading = "All",
         .hint = "Look.",
         .plots = {{.title = "curves",
                    .layers = {{.way = Way::curves, .measured = "loss", .where = {{"size", 2}}}}},
                   {.title = "against", .layers = {{.way = Way::against, .measured = "last", .x = "size"}}},
                   {.title = "dots",
                    .layers = {{.way = Way::dots, .measured = "last", .x = "norm", .where = {{"size", 8}}}}},
                   {.title = "map",
                    .layers = {{.way = Way::map, .measured = "last", .x = "size", .y = "norm"}},
                    .guides = {}}}});
    e.claim(
        {.id = "grows",
         .says = "It grows",
         .expected = Verdict::stands,
         .cases = {{"the last at size 8 less that at size 2",
                    e.difference("last", {{"norm", "none"}, {"size", 8}}, {{"norm", "none"}, {"size", 2}}),
                    Is::above, 0}}});
    e.conclude("Measured.");
}

const Demo kDemo{.name = "toy",
                 .question = "What grows?",
                 .about = "Numbers are drawn.",
                 .body = body,
                 .options = {{"eps", "What is added", 0.5, 0, 1}}};

json results_with(std::size_t threads, std::size_t seeds = 3) {
    Settings settings{.threads = threads, .out = "out/toy", .options = kDemo.options};
    for (std::size_t i = 1; i <= seeds; ++i) settings.seeds.push_back(i);
    Experiment e(settings);
    body(e);
    return json::parse(results_of(kDemo, e).dump());
}

ParsedSettings parsed(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "toy");
    return parse_settings(static_cast<int>(arguments.size()), arguments.data(), kDemo);
}

}  // namespace

TEST_CASE("lab: a claim stands in every seed, fails in none, and else depends") {
    const auto verdict = [](std::vector<Case> cases) {
        return Claim{.id = "c", .says = "", .expected = Verdict::stands, .cases = std::move(cases)}.verdict();
    };
    CHECK(verdict({{"a", {1, 2}, Is::above, 0}}) == Verdict::stands);
    CHECK(verdict({{"a", {1, -2}, Is::above, 0}}) == Verdict::depends);
    CHECK(verdict({{"a", {1, 2}, Is::above, 0}, {"b", {1, 2}, Is::below, 0}}) == Verdict::depends);
    CHECK(verdict({{"a", {1, 2}, Is::below, 0}, {"b", {0, 0}, Is::above, 0}}) == Verdict::fails);
    CHECK(verdict({{"a", {0, 0}, Is::exactly, 0}}) == Verdict::stands);
    // What is no number speaks for nothing.
    CHECK(verdict({{"a", {kNan, kNan}, Is::above, 0}}) == Verdict::fails);
    CHECK(verdict({{"a", {kNan, kNan}, Is::below, 0}}) == Verdict::fails);
    CHECK_THROWS_AS(verdict({}), tapedeck::Error);
    CHECK_THROWS_AS(verdict({{"a", {}, Is::above, 0}}), tapedeck::Error);
}

TEST_CASE("lab: the median, and no median of what is no number") {
    CHECK(median({3, 1, 2}) == 2);
    CHECK(median({4, 1, 2, 3}) == 2.5);
    CHECK(std::isnan(median({1, kNan})));
    CHECK(std::isnan(median({})));
}

TEST_CASE("lab: the same flags give the same bytes, on any number of threads, but for machine and seconds") {
    json one = results_with(1), two = results_with(4);
    CHECK(one.at("seconds").at(0).at("step") == 0.5);
    for (json* document : {&one, &two})
        for (const char* key : {"machine", "seconds"}) document->erase(key);
    CHECK(one.dump() == two.dump());
    CHECK(one.dump().find("0.5") == one.dump().find("\"eps\":0.5") + 6);  // no time stands elsewhere
}

TEST_CASE("lab: values are one a seed, and what is not measured is an error") {
    Experiment e(Settings{.seeds = {5, 6}});
    e.plan({{"norm", "none"}}, [](Run& run) { run.values["seed"] = static_cast<double>(run.seed); });
    e.measure();
    CHECK(e.values("seed", {}) == std::vector<double>{5, 6});
    CHECK(e.values("seed", {{"norm", "none"}}) == std::vector<double>{5, 6});
    CHECK(tapedeck::test::error_text<tapedeck::Error>([&] {
              e.values("loss", {{"norm", "none"}});
          }) == "\"loss\" of seed 5 was not measured: norm none.");
    e.plan({{"norm", "layer"}}, [](Run& run) { run.values["seed"] = 0; });
    e.measure();
    CHECK(tapedeck::test::error_text<tapedeck::Error>([&] { e.values("seed", {}); }) ==
          "\"seed\" of seed 5 was measured by more than one run: any.");
}

TEST_CASE(
    "lab: each seed's curve is drawn, its numbers are those of results.json, and none leaves the axes") {
    const json results = results_with(1);
    const std::vector<Figure> figures = figures_in(results);
    REQUIRE(figures.size() == 1);
    REQUIRE(figures[0].panels.size() == 4);
    const Panel& curves = figures[0].panels[0];
    std::vector<json> drawn;
    for (const Trace& trace : curves.traces) {
        if (trace.kind != Kind::faint) continue;
        drawn.push_back(trace.columns[1]);
        for (const double y : trace.columns[1]) {
            CHECK(y >= curves.y.low);
            CHECK(y <= curves.y.high);
        }
    }
    std::vector<json> measured;
    for (const json& run : results.at("runs"))
        if (run.at("config").at("size") == 2) measured.push_back(run.at("series").at("loss").at("y"));
    CHECK(drawn == measured);

    std::size_t points = 0;
    for (const std::size_t p : {1U, 2U})
        for (const Trace& trace : figures[0].panels[p].traces)
            if (trace.kind == Kind::points) points += trace.columns[0].size();
    CHECK(points == 12 + 6);  // against: 2 norms, 2 sizes, 3 seeds; dots: 2 norms, 3 seeds

    const Trace& cells = figures[0].panels[3].traces.at(0);
    CHECK(cells.kind == Kind::cells);
    CHECK(cells.words.size() == 4);
    CHECK(figures[0].panels[3].y_names == std::vector<std::string>{"no norm", "LayerNorm"});
}

TEST_CASE("lab: the pages hold every claim, every figure and every seed's number") {
    const json results = results_with(1);
    const std::string page = page_of(results), index = index_of({{"one", results}, {"two", results}});
    for (const std::string& html : {page, index}) {
        CHECK(tapedeck::test::says(html, {"It grows", "stands", "in 3 of 3 seeds", "each seed"}));
        CHECK(html.find("runs[].series[&quot;loss&quot;]") != std::string::npos);
        // Nothing is fetched: the only addresses are names of XML's.
        for (std::size_t at = html.find("http"); at != std::string::npos; at = html.find("http", at + 1))
            CHECK(html.substr(at, 18) == "http://www.w3.org/");
    }
    CHECK(tapedeck::test::error_text<tapedeck::Error>([] {
              page_of(json{{"question", "?"}});
          }).starts_with("report: the results are not as the laboratory writes them: "));
}

TEST_CASE("lab: flags are checked, a demo's own too") {
    CHECK(parsed({"--seeds", "2", "--seed", "7"}).settings.seeds == std::vector<std::uint64_t>{7, 8});
    CHECK(parsed({"--eps=0.25"}).settings.options.at(0).value == 0.25);
    CHECK(parsed({}).settings.options.at(0).value == 0.5);
    CHECK(parsed({"--help"}).help->find("--eps") != std::string::npos);
    const auto error = [](std::vector<const char*> arguments) {
        return tapedeck::test::error_text<FlagError>([&] { parsed(std::move(arguments)); });
    };
    CHECK(error({"--eps", "2"}).find("\"2\" is not a number from 0 to 1") != std::string::npos);
    CHECK(error({"--seeds", "0"}).find("\"0\" is not a whole number from 1 to 1000") != std::string::npos);
    CHECK(error({"--sedes", "3"}) == "There is no flag \"--sedes\"; toy --help lists them.");
    CHECK(error({"--out", ""}) == "--out: the name of the folder is empty; give one.");
}

TEST_CASE("lab: a training learns, and one that diverges is infinitely far off") {
    const Dataset data = make_spirals(3, {200, 10, 10});
    const auto last = [&](double lr, const char* optimizer) {
        tapedeck::Random weights(1), order = weights.fork();
        auto net = make_mlp({2, 32, 32, 2}, weights, {.norm = "layer"});
        return train(net, data, order, {.steps = 800, .lr = lr, .optimizer = optimizer});
    };
    CHECK(last(1e-2, "adam") < 0.5);
    tapedeck::Random weights(1), order = weights.fork();
    auto plain = make_mlp({2, 16, 2}, weights, {.activation = "relu"});
    CHECK(std::isinf(train(plain, data, order, {.steps = 300, .lr = 1e30, .optimizer = "sgd"})));
    CHECK_THROWS_AS(last(1e-2, "adamant"), tapedeck::Error);
}

TEST_CASE("lab: a norm by its name, before or after the activation") {
    tapedeck::Random rng(1);
    const auto names = [&](const MlpOptions& options) {
        std::string text;
        for (const auto& [name, parameter] : make_mlp({3, 8, 2}, rng, options).named_parameters())
            text += name + " ";
        return text;
    };
    CHECK(names({}) == "fc1.weight fc1.bias fc2.weight fc2.bias ");
    CHECK(names({.norm = "rms", .bias = false}) == "fc1.weight norm1.weight fc2.weight fc2.bias ");
    CHECK_THROWS_AS(names({.norm = "bath"}), tapedeck::Error);
    CHECK_THROWS_AS(names({.activation = "tan"}), tapedeck::Error);
    auto net = make_mlp({3, 8, 2}, rng, {.norm = "group"});
    set_gammas(net, 0.1F);
    for (const auto& [name, parameter] : net.named_parameters())
        if (name == "norm1.weight") CHECK(parameter->value.storage()[7] == 0.1F);
}
