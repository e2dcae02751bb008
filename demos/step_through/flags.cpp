#include "demos/step_through/flags.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "demos/common/error.hpp"
#include "demos/common/flag_checks.hpp"
#include "demos/step_through/models.hpp"

namespace tapedeck::demos::step_through {
namespace {

/// Not a validator: CLI11 takes what follows an unknown flag for the model, and would complain of that.
void check_model(const std::string& name) {
    const auto& names = model_names();
    if (std::find(names.begin(), names.end(), name) == names.end())
        throw FlagError(fmt::format("There is no model \"{}\", but {}.", name, fmt::join(names, ", ")));
}

}  // namespace

ParsedFlags parse_flags(int argc, const char* const* argv) {
    CLI::App app(
        "Steps through the forward and the reverse pass of a small model, with keys or with commands "
        "on standard input.",
        "step_through");
    app.allow_extras();
    app.set_help_flag();
    bool help = false;
    Flags flags;
    app.add_flag("-h,--help", help, "Print this and stop");
    app.add_option("model", flags.model,
                   fmt::format("What to step through: {}", fmt::join(model_names(), ", ")))
        ->capture_default_str();
    app.add_option("--seed", flags.seed, "Draws weights and data")
        ->check(whole(0, 1'000'000'000))
        ->capture_default_str();
    app.add_option("--width", flags.width, "Columns of the output (default: the terminal's, or 80)")
        ->check(whole(40, 1000));
    app.add_option("--deck", flags.deck,
                   "Write the tape as an HTML file, to be stepped through in a browser");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::string what = error.what();
        while (!what.empty() && (what.back() == '\n' || what.back() == '.')) what.pop_back();
        throw FlagError(fmt::format("{}; step_through --help explains the flags.", what));
    }
    if (const auto rest = app.remaining(); !rest.empty()) {
        throw FlagError(
            rest.front().starts_with("-")
                ? fmt::format("There is no flag \"{}\"; step_through --help lists them.", rest.front())
                : fmt::format("One model at a time: \"{}\" is one too many.", rest.front()));
    }
    if (help) return {flags, app.help()};
    check_model(flags.model);
    return {flags, std::nullopt};
}

}  // namespace tapedeck::demos::step_through
