// Hypotheses: the backward of a normalization, with one of its paths or factors wrong. The numeric gradient
// must be that of a normalization of what the operation read; the recorded one that of a wrong one.
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include <tapedeck/core/gradcheck/groups.hpp>

namespace tapedeck::diagnosis {
namespace {

/// The common values of eps, and none.
constexpr double kEps[]{0, 1e-5, 1e-3, 1e-6, 1e-8, 1e-12};

struct Weight {
    std::string text;  ///< " * weight", or nothing
    Values values;
};

/// A normalization y = xhat * weight + …, xhat = d * s with d = x - mean(x), or x where it is not centered.
struct Norm {
    Groups groups;
    bool centered;
    double eps;
    Weight weight;
    Values x, dy;
    Values d = centered ? Values(x - groups.mean(x)) : x;
    Values variance = groups.mean(d * d);
    Values s = 1.0 / std::sqrt(variance + eps);
    Values xhat = d * s;
    Values g = dy * weight.values;

    Values mean(const Values& v) const { return centered ? groups.mean(v) : Values(0.0, v.size()); }
    Values gradient(const Values& of, double mean_path = 1, double variance_path = 1) const {
        return s * (of - mean_path * mean(of) - variance_path * xhat * groups.mean(of * xhat));
    }
};

struct Mistake {
    const char* text;  ///< {0}: the axes, {1}: the weight as a factor, {2}: "variance" or "mean square"
    Values (*gradient)(const Norm&);
    bool needs_mean = false;
};

Values without(const Norm& n, double mean_path, double variance_path) {
    return n.gradient(n.g, mean_path, variance_path);
}

const Mistake kMistakes[]{
    {"the path through the {2} is missing: dx lacks - s * xhat * mean(dy{1} * xhat) over {0}",
     [](const Norm& n) { return without(n, 1, 0); }},
    {"the path through the {2} has the wrong sign: dx has + s * xhat * mean(dy{1} * xhat) over {0}",
     [](const Norm& n) { return without(n, 1, -1); }},
    {"the path through the mean is missing: dx lacks - s * mean(dy{1}) over {0}",
     [](const Norm& n) { return without(n, 0, 1); }, true},
    {"the path through the mean has the wrong sign: dx has + s * mean(dy{1}) over {0}",
     [](const Norm& n) { return without(n, -1, 1); }, true},
    {"the paths through the mean and through the {2} are both missing: recorded is s * dy{1}, as if the "
     "statistics over {0} did not depend on x",
     [](const Norm& n) { return without(n, 0, 0); }, true},
    {"the weight is forgotten: recorded is the gradient for weight = 1, dx takes dy{1} instead of dy "
     "(statistics "
     "over {0})",
     [](const Norm& n) { return n.gradient(n.dy); }},
    {"the weight is in the wrong place: it must multiply dy before the means over {0} are taken, dy{1}, and "
     "recorded multiplies at the end",
     [](const Norm& n) { return Values(n.weight.values * n.gradient(n.dy)); }},
    {"the factor s = 1 / root of the {2} is forgotten (statistics over {0})",
     [](const Norm& n) { return Values(n.gradient(n.g) / n.s); }},
    {"it is divided by the {2} over {0} instead of by its root",
     [](const Norm& n) { return Values(n.gradient(n.g) * n.s); }},
    {"the path through the {2} lacks a factor s: recorded takes x - mean where xhat belongs (statistics over "
     "{0})",
     [](const Norm& n) { return Values(n.s * (n.g - n.mean(n.g) - n.d * n.groups.mean(n.g * n.xhat))); }},
    {"the path through the {2} divides by n - 1 where n belongs (statistics over {0})",
     [](const Norm& n) {
         const double size = static_cast<double>(n.groups.size());
         return without(n, 1, size / (size - 1));
     }},
};

std::vector<Weight> weights(const Field& x, const Reader& r, std::size_t group) {
    const Shape& shape = x.shape;
    std::vector<Weight> all{{"", Values(1.0, x.values.size())}};
    for (const Field& other : r.others) {
        for (const Values& v : aligned(other, shape)) {
            all.push_back({fmt::format(" * {}", other.name), v});
            // Of a weight normalization: w = a * v / |v|, and |v| is the root of n times the mean square.
            all.push_back(
                {fmt::format(" * {} / root of n", other.name), v / std::sqrt(static_cast<double>(group))});
        }
    }
    return all;
}

/// Calls f with every normalization of x that the reader may be, until f has an answer.
std::optional<std::string> each_norm(const Field& x, const Reader& r,
                                     const std::function<std::optional<std::string>(const Norm&)>& f) {
    for (const bool centered : {true, false}) {
        for (const Groups& groups : every_grouping(x.shape)) {
            for (const Weight& weight : weights(x, r, groups.size())) {
                for (const double eps : kEps) {
                    const Norm norm{groups, centered, eps, weight, x.values, r.upstream};
                    if (auto words = f(norm)) return words;
                }
            }
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> normalization(const Evidence& e) {
    const Reader* r = e.elementwise_reader();
    if (r == nullptr) return std::nullopt;
    return each_norm(e.argument, *r, [&](const Norm& norm) -> std::optional<std::string> {
        if (!e.is_numeric(norm.gradient(norm.g))) return std::nullopt;
        for (const Mistake& m : kMistakes) {
            if (m.needs_mean && !norm.centered) continue;
            if (e.is_recorded(m.gradient(norm)))
                return fmt::format(fmt::runtime(m.text), norm.groups.text(), norm.weight.text,
                                   norm.centered ? "variance" : "mean square");
        }
        for (const Groups& other : every_grouping(e.argument.shape)) {
            const Norm wrong{other, norm.centered, norm.eps, norm.weight, norm.x, norm.dy};
            if (e.is_recorded(wrong.gradient(wrong.g)))
                return fmt::format(
                    "the statistics are taken over {} in the backward, and over {} in the forward",
                    other.text(), norm.groups.text());
        }
        return std::nullopt;
    });
}

std::optional<std::string> normalization_weight(const Evidence& e) {
    if (e.readers.size() != 1) return std::nullopt;
    const Reader& r = e.readers[0];
    for (const Field& x : r.others) {
        if (x.shape != r.output.shape) continue;
        // The axes along which the weight is stretched: at the end as NumPy does, or a channel's.
        std::vector<Groups> sums;
        if (const auto g = stretched(e.argument.shape, x.shape)) sums.push_back(*g);
        for (std::size_t axis = 0; e.argument.shape.size() == 1 && axis + 1 < x.shape.size(); ++axis) {
            if (x.shape[axis] != e.argument.shape[0]) continue;
            std::vector<bool> over(x.shape.size(), true);
            over[axis] = false;
            sums.emplace_back(x.shape, over);
        }
        for (const Groups& sum : sums) {
            const auto words = each_norm(x, r, [&](const Norm& norm) -> std::optional<std::string> {
                if (!e.is_numeric(sum.sums(norm.dy * norm.xhat))) return std::nullopt;
                if (e.is_recorded(sum.sums(norm.dy * norm.x)))
                    return fmt::format("recorded is the sum of dy * x over {}, where xhat belongs",
                                       sum.text());
                if (e.is_recorded(sum.sums(norm.dy * norm.d)))
                    return fmt::format(
                        "recorded is the sum of dy * (x - mean) over {}: a factor s is forgotten",
                        sum.text());
                if (e.is_recorded(sum.sums(norm.dy * r.output.values)))
                    return fmt::format("recorded is the sum of dy * y over {}, where xhat belongs",
                                       sum.text());
                if (e.is_recorded(sum.sums(norm.dy)))
                    return fmt::format("recorded is the sum of dy over {}: the factor xhat is forgotten",
                                       sum.text());
                return std::nullopt;
            });
            if (words) return words;
        }
    }
    return std::nullopt;
}

/// Where the operation is not known to be a normalization of what it read, as when its weight is no input.
std::optional<std::string> missing_projection(const Evidence& e) {
    for (const Groups& g : every_grouping(e.argument.shape)) {
        const Values& x = e.argument.values;
        const Values centered = x - g.mean(x);
        const Values along = centered * g.mean(e.recorded * centered) / g.mean(centered * centered);
        const Values along_x = x * g.mean(e.recorded * x) / g.mean(x * x);
        if (e.is_numeric(e.recorded - g.mean(e.recorded)))
            return fmt::format(
                "the path through a mean is missing, or has the wrong sign: recorded less its own mean over "
                "{} is "
                "the numeric gradient",
                g.text());
        if (e.is_numeric(e.recorded - along))
            return fmt::format(
                "the path through a variance is missing, or has the wrong sign: recorded less its part along "
                "xhat, over {}, is the numeric gradient",
                g.text());
        if (e.is_numeric(e.recorded - g.mean(e.recorded) - along))
            return fmt::format(
                "the paths through a mean and through a variance are missing: recorded less its mean and its "
                "part along xhat, over {}, is the numeric gradient",
                g.text());
        if (e.is_numeric(e.recorded - along_x))
            return fmt::format(
                "the path through a norm is missing, or has the wrong sign: recorded less its part along x, "
                "over {}, is the numeric gradient",
                g.text());
    }
    return std::nullopt;
}

}  // namespace tapedeck::diagnosis
