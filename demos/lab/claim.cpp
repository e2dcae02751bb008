#include "demos/lab/claim.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck::demos::lab {

bool Case::holds(double value) const {
    switch (is) {
        case Is::above:
            return value > bound;
        case Is::below:
            return value < bound;
        case Is::exactly:
            return value == bound;
    }
    return false;
}

std::size_t Case::holding() const {
    return static_cast<std::size_t>(
        std::count_if(per_seed.begin(), per_seed.end(), [this](double v) { return holds(v); }));
}

std::string Case::condition() const {
    const char* words = is == Is::above ? "above" : is == Is::below ? "below" : "exactly";
    return fmt::format("{} {:g}", words, bound);
}

Verdict Claim::verdict() const {
    std::size_t holding = 0, all = 0;
    for (const Case& c : cases) {
        if (c.per_seed.empty()) throw Error(fmt::format("Claim {}: nothing was measured: {}.", id, c.what));
        holding += c.holding();
        all += c.per_seed.size();
    }
    if (all == 0) throw Error(fmt::format("Claim {} has no case.", id));
    return holding == all ? Verdict::stands : holding == 0 ? Verdict::fails : Verdict::depends;
}

const char* name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::stands:
            return "stands";
        case Verdict::fails:
            return "fails";
        case Verdict::depends:
            return "depends";
    }
    return "";
}

const char* mark(std::size_t holding, std::size_t seeds) {
    return holding == seeds ? "✓" : holding == 0 ? "✗" : "~";
}

std::string of_seeds(std::size_t n, std::size_t seeds) {
    return fmt::format("{} of {} seed{}", n, seeds, seeds == 1 ? "" : "s");
}

double median(std::vector<double> values) {
    const bool has_nan = std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
    if (values.empty() || has_nan) return std::numeric_limits<double>::quiet_NaN();
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace tapedeck::demos::lab
