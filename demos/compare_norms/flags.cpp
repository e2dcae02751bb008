// Parsing the command line with CLI11, every value checked before anything starts.
#include "demos/compare_norms/flags.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "demos/common/error.hpp"
#include "demos/common/flag_checks.hpp"

namespace tapedeck::demos::compare_norms {
namespace {

/// An option that takes a list with commas, in one word.
template <class V>
CLI::Option* add_list(CLI::App& app, const std::string& name, V& values, const std::string& help) {
    return app.add_option(name, values, help)->delimiter(',')->allow_extra_args(false);
}

template <class V>
void refuse_twice(const std::string& flag, std::vector<V> values) {
    std::sort(values.begin(), values.end());
    const auto twin = std::adjacent_find(values.begin(), values.end());
    if (twin != values.end())
        throw FlagError(fmt::format("{}: {} is there twice; name each once.", flag, *twin));
}

template <class V>
std::optional<std::vector<V>> unless_empty(const std::vector<V>& values) {
    if (values.empty()) return std::nullopt;
    return values;
}

}  // namespace

ParsedFlags parse_flags(int argc, const char* const* argv) {
    CLI::App app("Trains the same networks without a norm, with BatchNorm and with LayerNorm, side by side.",
                 "compare_norms");
    app.allow_extras();
    app.set_help_flag();
    bool help = false, no_report = false;
    app.add_flag("-h,--help", help, "Print this and stop");

    Flags flags;
    std::vector<std::string> tasks, networks = network_names(), norms{"none", "batch", "layer"};
    std::vector<std::size_t> hidden, rnn_hidden;
    std::vector<double> rates;
    add_list(
        app, "--tasks", tasks,
        "What to learn: Fashion-MNIST where it is installed, else the generated tasks, unless named here")
        ->check(one_of(task_names()));
    add_list(app, "--networks", networks, "Which networks")
        ->check(one_of(network_names()))
        ->capture_default_str();
    add_list(app, "--norms", norms,
             "Which norms; batch-shared: one set of statistics for all time steps (rnn)")
        ->check(one_of(norm_names()))
        ->capture_default_str();
    app.add_option("--seeds", flags.seeds, "How many seeds")->check(whole(1, 1000))->capture_default_str();
    app.add_option("--seed", flags.first_seed, "The first of them")
        ->check(whole(0, 1'000'000'000))
        ->capture_default_str();
    add_list(app, "--rates", rates,
             "Learning rates to try; validation chooses (default: by task and network)")
        ->check(positive(100));
    app.add_option("--epochs", flags.epochs, "Passes over the training samples (default: by task)")
        ->check(whole(1, 100'000));
    app.add_option("--batch", flags.batch, "Samples a training step (default: 32)")->check(whole(1, 100'000));
    add_list(app, "--hidden", hidden, "Sizes of the mlp's hidden layers (default: by task)")
        ->check(whole(1, 8192));
    app.add_option("--rnn-hidden", rnn_hidden, "Size of the rnn's hidden state (default: by task)")
        ->allow_extra_args(false)
        ->check(whole(1, 8192));
    app.add_option("--train", flags.train, "Training samples (default: by task)")
        ->check(whole(1, 10'000'000));
    app.add_option("--validation", flags.validation, "Validation samples (default: by task)")
        ->check(whole(1, 10'000'000));
    app.add_option("--test", flags.test, "Test samples (default: by task)")->check(whole(1, 10'000'000));
    app.add_option("--points", flags.points, "How often to measure in the course of a training")
        ->check(whole(1, 10'000))
        ->capture_default_str();
    app.add_option("--threads", flags.threads, "Trainings at a time (default: one a core)")
        ->check(whole(1, 1024));
    app.add_option("--data", flags.data, "Folder of the four idx files of Fashion-MNIST, plain or gzipped");
    app.add_option("--out", flags.out, "Folder for results.json and report.html")->capture_default_str();
    app.add_flag("--no-report", no_report, "Write results.json alone");

    app.add_flag("--resume", flags.resume,
                 "Go on with an interrupted comparison: same --out, same flags, same numbers in the end");
    app.add_option("--deck", flags.deck,
                   "Also write the first task and network, with each norm, as one page to step through");

    parse_strictly(app, argc, argv, "compare_norms");
    if (help) return {flags, app.help()};

    refuse_twice("--tasks", tasks);
    refuse_twice("--networks", networks);
    refuse_twice("--norms", norms);
    refuse_twice("--rates", rates);
    flags.networks.clear();
    flags.norms.clear();
    for (const auto& name : tasks) flags.tasks.push_back(task_named(name));
    for (const auto& name : networks) flags.networks.push_back(network_named(name));
    for (const auto& name : norms) flags.norms.push_back(norm_named(name));
    flags.hidden = unless_empty(hidden);
    flags.rnn_hidden = unless_empty(rnn_hidden);
    flags.rates = unless_empty(rates);
    flags.report = !no_report;
    if (flags.out.empty()) throw FlagError("--out: the name of the folder is empty; give one.");
    if (flags.deck && flags.deck->empty())
        throw FlagError("--deck: the name of the file is empty; give one.");
    return {flags, std::nullopt};
}

nlohmann::json to_json(const Flags& flags) {
    const auto names = [](const auto& values) {
        nlohmann::json list = nlohmann::json::array();
        for (const auto value : values) list.push_back(name_of(value));
        return list;
    };
    nlohmann::json json{{"tasks", names(flags.tasks)}, {"networks", names(flags.networks)},
                        {"norms", names(flags.norms)}, {"seeds", flags.seeds},
                        {"seed", flags.first_seed},    {"points", flags.points}};
    const auto add = [&](const char* name, const auto& value) {
        if (value) json[name] = *value;
    };
    add("epochs", flags.epochs);
    add("batch", flags.batch);
    add("hidden", flags.hidden);
    add("rnn-hidden", flags.rnn_hidden);
    add("rates", flags.rates);
    add("train", flags.train);
    add("validation", flags.validation);
    add("test", flags.test);
    return json;
}

}  // namespace tapedeck::demos::compare_norms
