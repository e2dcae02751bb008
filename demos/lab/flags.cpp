#include "demos/lab/flags.hpp"

#include <fmt/format.h>

#include "demos/common/error.hpp"
#include "demos/common/flag_checks.hpp"

namespace tapedeck::demos::lab {

ParsedSettings parse_settings(int argc, const char* const* argv, const Demo& demo) {
    CLI::App app(demo.question + "\n" + demo.about, demo.name);
    app.allow_extras();
    app.set_help_flag();
    bool help = false, no_report = false;
    std::size_t seeds = 5;
    std::uint64_t first = 1;
    Settings settings;
    settings.out = "out/" + demo.name;
    settings.options = demo.options;
    app.add_flag("-h,--help", help, "Print this and stop");
    app.add_option("--seeds", seeds, "How many seeds")->check(whole(1, 1000))->capture_default_str();
    app.add_option("--seed", first, "The first of them")
        ->check(whole(0, 1'000'000'000))
        ->capture_default_str();
    if (!demo.full.empty()) app.add_flag("--full", settings.full, demo.full);
    for (Option& option : settings.options)
        app.add_option("--" + option.name, option.value, option.help)
            ->check(between(option.low, option.high))
            ->capture_default_str();
    app.add_option("--threads", settings.threads, "Runs at a time (default: one a core)")
        ->check(whole(1, 1024));
    app.add_option("--data", settings.data,
                   "Folder of the four idx files of Fashion-MNIST, plain or gzipped");
    app.add_option("--out", settings.out, "Folder for results.json and report.html")->capture_default_str();
    app.add_flag("--no-report", no_report, "Write results.json alone");
    app.add_option(
        "--deck", settings.deck,
        "Also write some of its forward and backward passes as one page to step through in a browser");
    parse_strictly(app, argc, argv, demo.name);
    if (help) return {settings, app.help()};
    settings.report = !no_report;
    for (std::size_t i = 0; i < seeds; ++i) settings.seeds.push_back(first + i);
    if (settings.out.empty()) throw FlagError("--out: the name of the folder is empty; give one.");
    if (settings.deck && settings.deck->empty())
        throw FlagError("--deck: the name of the file is empty; give one.");
    return {settings, std::nullopt};
}

}  // namespace tapedeck::demos::lab
