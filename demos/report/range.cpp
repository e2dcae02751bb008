// Ranges of axes: fitted to what matters, padded, and with tick marks that a logarithmic axis can be read by.
#include "range.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tapedeck::demos {

namespace {

// What lies further out, a diverged run's loss, is drawn off the axes: their ends could not be computed with.
constexpr double kFarthest = 1e150;

}  // namespace

void Range::add(double value) {
    if (!(std::abs(value) <= kFarthest)) return;
    low = std::min(low, value);
    high = std::max(high, value);
}

void Range::add(const Range& other) {
    add(other.low);
    add(other.high);
}

Range range_of(const Panel& panel, bool of_y) {
    const bool log = of_y ? panel.y_log : panel.x_log;
    Range strong, weak;
    for (const Trace& trace : panel.traces)
        for (std::size_t c = of_y ? 1 : 0; c < (of_y ? trace.columns.size() : 1); ++c) {
            if (of_y && c == 2 && trace.kind != Kind::band) break;  // an image's third column is its value
            for (const double v : trace.columns[c])
                if (!log || v >= 1 / kFarthest) (trace.kind == Kind::faint ? weak : strong).add(v);
        }
    if (strong.empty()) return weak;
    if (weak.empty() || !of_y) return strong;
    // A faint line may widen the range by a quarter on either side, no more.
    const auto to = [&](double v) { return log ? std::log10(v) : v; };
    const auto from = [&](double v) { return log ? std::pow(10, v) : v; };
    const double room = 0.25 * std::max(to(strong.high) - to(strong.low), 1e-3);
    Range result = strong;
    result.add(std::max(weak.low, from(to(strong.low) - room)));
    result.add(std::min(weak.high, from(to(strong.high) + room)));
    return result;
}

void fit_after_start(Panel& panel) {
    Panel later{panel};
    for (Trace& trace : later.traces) {
        if (trace.columns[0].size() < 4) return;  // too short for its first point to be left out
        for (auto& column : trace.columns) column.erase(column.begin());
    }
    panel.y = range_of(later, true);
    if (!panel.y.empty()) panel.y = padded(panel.y, panel.y_log, 0.05);
}

Range padded(Range range, bool log, double share) {
    if (range.empty()) return log ? Range{0.1, 1} : Range{0, 1};
    range.low = std::clamp(range.low, log ? 1 / kFarthest : -kFarthest, kFarthest);
    range.high = std::clamp(range.high, range.low, kFarthest);
    if (log) {
        const double pad = std::pow(range.high / range.low, share) * (range.high == range.low ? 1.5 : 1);
        return {range.low / pad, range.high * pad};
    }
    const double span = range.high - range.low;
    const double pad = span > 0 ? span * share : std::max(std::abs(range.low) * 0.1, 0.1);
    // An amount that is never negative starts at zero rather than below it.
    return {range.low >= 0 && range.low < pad ? std::min(range.low, 0.0) : range.low - pad, range.high + pad};
}

double tic_step(const Range& range, double most) {
    const double least = (range.high - range.low) / most;
    const double decade = std::pow(10, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * decade >= least) return factor * decade;
    }
    return 10 * decade;
}

std::string log_tics(const Range& range) {
    const double decades = std::log10(range.high / range.low);
    const int every = std::max(1, static_cast<int>(std::ceil(decades / 6)));
    std::string tics;
    const int first = static_cast<int>(std::floor(std::log10(range.low)));
    const int last = static_cast<int>(std::ceil(std::log10(range.high)));
    for (int power = first; power <= last; ++power)
        for (const int digit : {1, 2, 3, 5, 7}) {
            if ((digit == 3 || digit == 7) && decades > 0.6) continue;
            if (digit != 1 && decades > 2) continue;
            if (digit == 1 && decades > 2 && power % every != 0) continue;
            const double value = digit * std::pow(10, power);
            if (value < range.low * 0.9999 || value > range.high * 1.0001) continue;
            tics += fmt::format("{}{:.6g}", tics.empty() ? "" : ",", value);
        }
    return tics;
}

}  // namespace tapedeck::demos
