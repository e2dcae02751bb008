// Hypotheses: nothing came, or too much or too little of the right thing.
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/gradcheck/groups.hpp>

namespace tapedeck::diagnosis {
namespace {

/// What a factor may come from: the sizes of the argument's and its readers' axes, and their products.
std::vector<std::size_t> sizes(const Evidence& e) {
    std::vector<std::size_t> all;
    const auto add = [&](const Shape& shape) {
        for (const std::size_t n : shape) all.push_back(n);
        for (const Groups& g : every_grouping(shape)) all.push_back(g.size());
    };
    for (const Reader& r : e.readers) {
        add(r.output.shape);
        for (const Field& other : r.others) add(other.shape);
    }
    add(e.argument.shape);
    return all;
}

/// `what`, when factor is `value`.
struct Known {
    double value;
    std::string what;
};

std::string meaning(double factor, const Evidence& e) {
    const auto is = [factor](double value) { return std::abs(factor / value - 1) < 1e-6; };
    if (is(2)) return ", which is 2: something is counted twice, or a factor 1/2 is missing";
    if (is(0.5)) return ", which is 1/2: a factor 2 is missing, or one of two contributions is lost";
    for (const std::size_t count : sizes(e)) {
        if (count < 2) continue;
        const double n = static_cast<double>(count);
        const auto text = [count](const char* what) { return fmt::format(fmt::runtime(what), count); };
        if (is(1 / n)) return text(", which is 1/n with n = {}, as of a mean where the sum belongs");
        if (is(n)) return text(", which is n = {}, as of a sum where the mean belongs");
        if (n > 2 && is(n / (n - 1)))
            return text(", which is n/(n-1) with n = {}: n - 1 where n belongs, as of an unbiased variance");
        if (n > 2 && is((n - 1) / n))
            return text(", which is (n-1)/n with n = {}: n where n - 1 belongs, as of a biased variance");
        if (is(std::sqrt(n))) return text(", which is the root of n = {}");
        if (is(1 / std::sqrt(n))) return text(", which is 1 over the root of n = {}");
        if (n > 2 && is(std::sqrt(n / (n - 1))))
            return text(
                ", which is the root of n/(n-1) with n = {}: a biased deviation where the unbiased belongs");
        if (n > 2 && is(std::sqrt((n - 1) / n)))
            return text(
                ", which is the root of (n-1)/n with n = {}: an unbiased deviation where the biased belongs");
    }
    return "";
}

}  // namespace

std::optional<std::string> not_finite(const Evidence& e) {
    std::size_t bad = 0;
    for (const double r : e.recorded) bad += std::isfinite(r) ? 0U : 1U;
    if (bad == 0) return std::nullopt;
    return fmt::format("the recorded gradient is inf or nan in {} of {} elements", bad, e.recorded.size());
}

std::optional<std::string> no_influence(const Evidence& e) {
    if (largest(e.numeric) > 1e-6 * largest(e.recorded)) return std::nullopt;
    return "the result does not depend on it, yet a gradient was recorded";
}

std::optional<std::string> never_arrived(const Evidence& e) {
    if (largest(e.recorded) > 0) return std::nullopt;
    if (e.readers.empty())
        return "no gradient arrived: what reads it is detached, paused, or itself reached by no gradient";
    const Reader& reader = e.readers[0];
    if (largest(reader.upstream) == 0)
        return fmt::format("what came to {} was all zeros already: look further downstream",
                           reader.operation);
    return fmt::format("the recorded gradient is all zeros: {} hands nothing on", reader.operation);
}

std::optional<std::string> wrong_sign(const Evidence& e) {
    if (!e.is_numeric(-e.recorded)) return std::nullopt;
    return "the sign is wrong: recorded is minus the numeric gradient";
}

std::optional<std::string> wrong_factor(const Evidence& e) {
    const double factor = (e.recorded * e.numeric).sum() / (e.numeric * e.numeric).sum();
    if (!std::isfinite(factor) || factor == 0 || !e.is_numeric(e.recorded / factor)) return std::nullopt;
    const std::string words = meaning(std::abs(factor), e);
    // One or two elements always have, or nearly have, some factor: it says something only when it is known.
    if (e.numeric.size() < 3 && words.empty()) return std::nullopt;
    return fmt::format("recorded is {:.6g} times the numeric gradient everywhere{}{}", factor, words,
                       factor < 0 ? "; and the sign is wrong" : "");
}

std::optional<std::string> off_by_an_operand(const Evidence& e) {
    const auto fit = [&](const Field& field, const std::string& name) -> std::optional<std::string> {
        for (const Values& v : aligned(field, e.argument.shape)) {
            if (e.is_numeric(e.recorded * v))
                return fmt::format("recorded * {} is the numeric gradient: a factor {} is forgotten", name,
                                   name);
            if (e.is_recorded(e.numeric * v))
                return fmt::format("recorded is the numeric gradient * {}: that factor is one too many",
                                   name);
        }
        return std::nullopt;
    };
    for (const Field& other : e.arguments) {
        if (auto words = fit(other, other.name)) return words;
    }
    for (const Reader& r : e.readers) {
        for (const Field& other : r.others) {
            if (auto words = fit(other, other.name)) return words;
        }
        if (auto words = fit({"", r.output.shape, r.upstream},
                             fmt::format("the upstream gradient dy of {}", r.operation)))
            return words;
        if (auto words = fit(r.output, "the output y of " + r.operation)) return words;
    }
    return fit(e.argument, "the argument itself");
}

}  // namespace tapedeck::diagnosis
