#include "demos/common/status_line.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace tapedeck::demos {
namespace {

bool draws_on_stderr() {
    const char* kind = std::getenv("TERM");
    return isatty(STDERR_FILENO) != 0 && kind != nullptr && std::string_view(kind) != "dumb";
}

std::size_t terminal_width() {
    winsize size{};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

}  // namespace

StatusLine::StatusLine() : terminal_(draws_on_stderr()) {}

StatusLine::~StatusLine() {
    if (terminal_) fmt::print(stderr, "\r\x1b[K");
}

void StatusLine::show(const std::string& text) const {
    if (!terminal_) return;
    // A line that wraps could not be written over.
    fmt::print(stderr, "\r\x1b[K{}", text.substr(0, terminal_width() - 1));
    std::fflush(stderr);
}

}  // namespace tapedeck::demos
