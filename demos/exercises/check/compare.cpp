#include "demos/exercises/check/compare.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace exercises::check {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kOrdinary = 0.75;

std::vector<Array> results_in(const Solution& solution, const Case& c, Setting setting) {
    Trial trial(c, setting);
    solution(trial);
    return trial.results();
}

}  // namespace

bool Attempt::read_outside() const {
    for (Size o = 0; o < got.size(); ++o)
        if (!alike(got[o].values, got_other_margin[o].values, 0)) return true;
    return false;
}

std::vector<Array> results_of(const Solution& solution, const Case& c) {
    return results_in(solution, c, {kNan, false});
}

Attempt attempt(const Part& part, const Case& c) {
    Trial first(c, {kNan, false}), other(c, {kOrdinary, false});
    part.written(first);
    part.written(other);
    // nan + 1 is nan: what is added outside shows around ordinary numbers only.
    const std::string outside = first.written_outside();
    return {&c,
            results_of(part.solved, c),
            first.results(),
            results_in(part.written, c, {kNan, true}),
            other.results(),
            outside.empty() ? other.written_outside() : outside};
}

bool alike(double a, double b, double tolerance, double largest) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    if (std::isinf(a) || std::isinf(b)) return a == b;
    return std::abs(a - b) <= tolerance * largest;
}

double largest(const Values& a) {
    double found = 0;
    for (const double v : a)
        if (std::isfinite(v)) found = std::max(found, std::abs(v));
    return found;
}

bool alike(const Values& a, const Values& b, double tolerance) {
    const double size = largest(b);
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](double x, double y) { return alike(x, y, tolerance, size == 0 ? 1 : size); });
}

std::optional<Difference> first_difference(const std::vector<Attempt>& attempts) {
    for (Size a = 0; a < attempts.size(); ++a) {
        for (Size o = 0; o < attempts[a].got.size(); ++o) {
            const Values& got = attempts[a].got[o].values;
            const Values& expected = attempts[a].expected[o].values;
            const double size = largest(expected);
            std::vector<Size> wrong;
            for (Size i = 0; i < got.size(); ++i)
                if (!alike(got[i], expected[i], attempts[a].of->tolerance, size == 0 ? 1 : size))
                    wrong.push_back(i);
            if (!wrong.empty()) return Difference{a, o, wrong[0], wrong.size()};
        }
    }
    return std::nullopt;
}

}  // namespace exercises::check
