// Writing the progress line.
#include "demos/compare_norms/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "demos/common/interrupt.hpp"

namespace tapedeck::demos::compare_norms {
namespace {

std::string with_commas(std::size_t n) {
    std::string text = fmt::format("{}", n);
    for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
    return text;
}

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

std::string progress_text(const Progress& progress, double seconds) {
    std::string text = fmt::format("{}/{} models, loss {:.3f}", progress.models_done.load(), progress.models,
                                   progress.loss.load());
    if (seconds > 0) {
        text += fmt::format(
            ", {} samples/s",
            with_commas(static_cast<std::size_t>(static_cast<double>(progress.samples) / seconds)));
    }
    const double done = progress.work_done;
    if (interrupted()) return text + ", stopping";
    if (done > 0.02 * progress.work) {
        text += fmt::format(", {:.0f} s left", seconds * std::max(0.0, progress.work - done) / done);
    }
    return text;
}

ProgressLine::ProgressLine(const Progress& progress) : progress_(progress), terminal_(draws_on_stderr()) {}

ProgressLine::~ProgressLine() {
    if (terminal_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressLine::update() {
    if (!terminal_) return;
    // A line that wraps could not be written over.
    fmt::print(stderr, "\r\x1b[K{}", progress_text(progress_, seconds()).substr(0, terminal_width() - 1));
    std::fflush(stderr);
}

double ProgressLine::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

}  // namespace tapedeck::demos::compare_norms
