// Writing the progress line.
#include "demos/compare_norms/progress.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "demos/common/interrupt.hpp"

namespace tapedeck::demos::compare_norms {
namespace {

std::string with_commas(std::size_t n) {
    std::string text = fmt::format("{}", n);
    for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
    return text;
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

ProgressLine::ProgressLine(const Progress& progress) : progress_(progress) {}

void ProgressLine::update() { line_.show(progress_text(progress_, seconds())); }

double ProgressLine::seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

}  // namespace tapedeck::demos::compare_norms
