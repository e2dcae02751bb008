#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <string_view>

#include <fmt/format.h>

#include "demos/exercises/check/exercise.hpp"

namespace exercises::check {
namespace {

constexpr unsigned kSeconds = 20;

// A signal's handler may do little more than write what is there already.
extern "C" void say_and_end(int signal) {
    static constexpr std::string_view never =
        "It has not ended after 20 seconds: look for a loop that never ends.\n";
    static constexpr std::string_view outside =
        "It crashed: an index goes far outside of its array. Compare each index with the sizes.\n";
    const std::string_view words = signal == SIGALRM ? never : outside;
    if (write(STDOUT_FILENO, words.data(), words.size()) < 0) _exit(2);
    _exit(1);
}

std::string_view in_two_words(State state) {
    switch (state) {
        case State::not_written:
            return "not written";
        case State::wrong:
            return "wrong";
        case State::right:
            return "right";
    }
    return "";
}

}  // namespace

int run(const Exercise& exercise, int argc, char** argv) {
    const bool brief = argc > 1 && std::string_view(argv[1]) == "--state";
    if (!brief) std::signal(SIGSEGV, say_and_end);
    std::signal(SIGALRM, say_and_end);
    alarm(kSeconds);
    const Verdict verdict = judge(exercise);
    if (brief)
        fmt::print("{}\n", in_two_words(verdict.state));
    else
        fmt::print("{}", verdict.text);
    return verdict.state == State::right ? 0 : 1;
}

}  // namespace exercises::check
