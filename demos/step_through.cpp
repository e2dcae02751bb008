// step_through: the forward and the reverse pass of a small model, step by step, in the terminal
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string_view>

#include "demos/common/error.hpp"
#include "demos/common/pin_blas.hpp"
#include "demos/step_through/deck.hpp"
#include "demos/step_through/flags.hpp"
#include "demos/step_through/keyboard.hpp"
#include "demos/step_through/script.hpp"
#include "demos/step_through/terminal.hpp"

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::step_through;

bool environment_has(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

/// Without colour there are no escape codes at all: what is drawn anew can't be read aloud, nor kept.
bool may_draw() {
    const char* terminal = std::getenv("TERM");
    return !environment_has("NO_COLOR") && terminal != nullptr && std::string_view(terminal) != "dumb";
}

int run(int argc, char** argv) {
    const auto [flags, help] = parse_flags(argc, argv);
    if (help) {
        fmt::print("{}", *help);
        return 0;
    }
    Model model = make_model(flags.model, flags.seed);
    if (!flags.deck.empty()) {
        write_browser_deck(model, flags.deck);
        fmt::print(stderr, "The tape, for a browser: {}\n", flags.deck);
    }
    Session session(std::move(model));
    const bool asks = isatty(STDIN_FILENO) == 1;
    if (asks && isatty(STDOUT_FILENO) == 1) {
        run_keyboard(session, {flags.width, may_draw()});
    } else {
        run_script(session, std::cin, std::cout, {flags.width.value_or(80), !asks});
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        pin_blas(argv);
        return run(argc, argv);
    } catch (const FlagError& error) {
        fmt::print(stderr, "step_through: {}\n", error.what());
        return 2;
    } catch (const FileError& error) {
        fmt::print(stderr, "step_through: {}\n", error.what());
        return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "step_through: {}\n", error.what());
        return 1;
    }
}
