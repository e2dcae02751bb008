// Hypotheses: an elementwise derivative of the wrong number, and softmax.
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/gradcheck/groups.hpp>

namespace tapedeck::diagnosis {
namespace {

struct Derivative {
    const char* text;
    double (*of)(double);
};

/// Derivatives that are written in terms of the output, or of the input.
constexpr std::array<Derivative, 9> kDerivatives{{
    {"v * (1 - v)", [](double v) { return v * (1 - v); }},
    {"1 - v^2", [](double v) { return 1 - v * v; }},
    {"v", [](double v) { return v; }},
    {"2 * v", [](double v) { return 2 * v; }},
    {"1 / v", [](double v) { return 1 / v; }},
    {"-1 / v^2", [](double v) { return -1 / (v * v); }},
    {"1 / (2 * v)", [](double v) { return 1 / (2 * v); }},
    {"e^v", [](double v) { return std::exp(v); }},
    {"1 / (1 + e^-v)", [](double v) { return 1 / (1 + std::exp(-v)); }},
}};

Values applied(const Derivative& derivative, const Values& v) {
    Values result(v.size());
    for (std::size_t i = 0; i < v.size(); ++i) result[i] = derivative.of(v[i]);
    return result;
}

}  // namespace

std::optional<std::string> input_for_output(const Evidence& e) {
    const Reader* r = e.elementwise_reader();
    if (r == nullptr) return std::nullopt;
    for (const Derivative& d : kDerivatives) {
        const Values of_x = r->upstream * applied(d, e.argument.values);
        const Values of_y = r->upstream * applied(d, r->output.values);
        if (e.is_recorded(of_x) && e.is_numeric(of_y))
            return fmt::format("recorded is dy * ({}) of {}'s input, where v must be its output", d.text,
                               r->operation);
        if (e.is_recorded(of_y) && e.is_numeric(of_x))
            return fmt::format("recorded is dy * ({}) of {}'s output, where v must be its input", d.text,
                               r->operation);
    }
    return std::nullopt;
}

std::optional<std::string> wrong_operand(const Evidence& e) {
    const Reader* r = e.elementwise_reader();
    if (r == nullptr) return std::nullopt;
    std::vector<std::pair<std::string, Values>> operands{{e.argument.name, e.argument.values},
                                                         {"the output y", r->output.values}};
    for (const Field& other : r->others) {
        for (const Values& v : aligned(other, e.argument.shape)) operands.emplace_back(other.name, v);
    }
    for (const auto& [right, v] : operands) {
        if (!e.is_numeric(r->upstream * v)) continue;
        for (const auto& [wrong, w] : operands) {
            if (e.is_recorded(r->upstream * w))
                return fmt::format("recorded is dy * {}, where dy * {} belongs", wrong, right);
        }
    }
    return std::nullopt;
}

std::optional<std::string> softmax_cross_term(const Evidence& e) {
    const Reader* r = e.elementwise_reader();
    if (r == nullptr) return std::nullopt;
    for (const Groups& g : every_grouping(e.argument.shape)) {
        const Values& y = r->output.values;
        if (e.is_numeric(e.recorded - y * g.sum(e.recorded))) {
            return fmt::format(
                "the cross term of the softmax is missing: dx lacks - y * (sum of dy * y over {})", g.text());
        }
        if (e.is_numeric(e.recorded - std::exp(y) * g.sum(e.recorded))) {
            return fmt::format(
                "the cross term of the log-softmax is missing: dx lacks - softmax(x) * (sum of dy over {})",
                g.text());
        }
    }
    return std::nullopt;
}

}  // namespace tapedeck::diagnosis
