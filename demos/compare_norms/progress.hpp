// The line that says how far the trainings are.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>

#include "demos/common/status_line.hpp"

namespace tapedeck::demos::compare_norms {

/// What the workers count and the progress line shows.
struct Progress {
    std::size_t models = 0;  // planned
    double work = 0;         // planned, in seconds of a typical machine
    std::atomic<std::size_t> models_done{0};
    std::atomic<std::size_t> samples{0};
    std::atomic<double> work_done{0};
    std::atomic<double> loss{0};  // the last one measured
};

/// "34/90 models, loss 0.412, 812,000 samples/s, 12 s left"
std::string progress_text(const Progress& progress, double seconds);

/// A line on stderr that is written over again and again, and gone at the end. Where stderr is not a terminal
/// nothing is written at all.
class ProgressLine {
  public:
    explicit ProgressLine(const Progress& progress);

    void update();
    double seconds() const;

  private:
    const Progress& progress_;
    StatusLine line_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tapedeck::demos::compare_norms
