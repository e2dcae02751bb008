// Operations that work element by element, and sum where an input was broadcast.
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "demos/step_through/rules/formula.hpp"

namespace tapedeck::demos::step_through {
namespace {

/// The numbers that a rule speaks of, at one place; an operation with one input calls it a here, in the table
/// below x.
struct Numbers {
    double dy, y, a, b, mask;
};

struct Rule {
    std::string_view op;
    std::size_t position;
    std::string_view text;
    double (*value)(const Numbers&);
};

double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }
double gelu_slope(double x) {
    const double cumulative = 0.5 * (1 + std::erf(x / std::numbers::sqrt2));
    return cumulative + x * std::exp(-0.5 * x * x) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
}

// [x > 0] is 1 where that is so, and 0 where not.
constexpr Rule kRules[] = {
    {"Add", 0, "dy", [](const Numbers& n) { return n.dy; }},
    {"Add", 1, "dy", [](const Numbers& n) { return n.dy; }},
    {"Subtract", 0, "dy", [](const Numbers& n) { return n.dy; }},
    {"Subtract", 1, "-dy", [](const Numbers& n) { return -n.dy; }},
    {"Multiply", 0, "dy * b", [](const Numbers& n) { return n.dy * n.b; }},
    {"Multiply", 1, "dy * a", [](const Numbers& n) { return n.dy * n.a; }},
    {"Divide", 0, "dy / b", [](const Numbers& n) { return n.dy / n.b; }},
    {"Divide", 1, "-dy * y / b", [](const Numbers& n) { return -n.dy * n.y / n.b; }},
    {"Negate", 0, "-dy", [](const Numbers& n) { return -n.dy; }},
    {"Pow", 0, "dy * b * a^(b - 1)", [](const Numbers& n) { return n.dy * n.b * std::pow(n.a, n.b - 1); }},
    {"Pow", 1, "dy * y * log(a)", [](const Numbers& n) { return n.dy * n.y * std::log(n.a); }},
    {"Maximum", 0, "dy * [a > b]", [](const Numbers& n) { return n.a > n.b ? n.dy : 0; }},
    {"Maximum", 0, "dy / 2 * [a = b]", [](const Numbers& n) { return n.a == n.b ? n.dy / 2 : 0; }},
    {"Maximum", 1, "dy * [b > a]", [](const Numbers& n) { return n.b > n.a ? n.dy : 0; }},
    {"Maximum", 1, "dy / 2 * [b = a]", [](const Numbers& n) { return n.a == n.b ? n.dy / 2 : 0; }},
    {"Where", 1, "dy * mask", [](const Numbers& n) { return n.dy * n.mask; }},
    {"Where", 2, "dy * (1 - mask)", [](const Numbers& n) { return n.dy * (1 - n.mask); }},
    {"MaskedFill", 2, "dy * (1 - mask)", [](const Numbers& n) { return n.dy * (1 - n.mask); }},
    {"Exp", 0, "dy * y", [](const Numbers& n) { return n.dy * n.y; }},
    {"Log", 0, "dy / x", [](const Numbers& n) { return n.dy / n.a; }},
    {"Sqrt", 0, "dy / (2 * y)", [](const Numbers& n) { return n.dy / (2 * n.y); }},
    {"Square", 0, "dy * 2 * x", [](const Numbers& n) { return n.dy * 2 * n.a; }},
    {"Abs", 0, "dy * sign(x)", [](const Numbers& n) { return n.dy * sign(n.a); }},
    {"Tanh", 0, "dy * (1 - y^2)", [](const Numbers& n) { return n.dy * (1 - n.y * n.y); }},
    {"Sigmoid", 0, "dy * y * (1 - y)", [](const Numbers& n) { return n.dy * n.y * (1 - n.y); }},
    {"ReLU", 0, "dy * [x > 0]", [](const Numbers& n) { return n.a > 0 ? n.dy : 0; }},
    {"GELU", 0, "dy * (Phi(x) + x * phi(x))", [](const Numbers& n) { return n.dy * gelu_slope(n.a); }},
    {"Dropout", 0, "dy * y / x", [](const Numbers& n) { return n.dy * n.y / n.a; }},
    {"Reshape", 0, "dy", [](const Numbers& n) { return n.dy; }},
};

/// The rule with the numbers at one place of the output.
struct Term {
    std::string symbols, numbers;
    double value;
};

Term term_at(const Site& site, const Rule& rule, std::size_t out) {
    const Shape at = unravel_index(out, site.y().shape());
    const bool reshape = rule.op == "Reshape", masked = rule.op == "Where" || rule.op == "MaskedFill";
    const double dy = site.dy().storage()[out], y = site.y().storage()[out];
    Numbers n{dy, y, 0, 0, 0};
    std::vector<std::pair<std::string, std::string>> letters{{"dy", fmt::format("dy{}", index_text(at))},
                                                             {"y", fmt::format("y{}", index_text(at))}};
    std::vector<std::pair<std::string, std::string>> numbers{{"dy", operand(dy)}, {"y", operand(y)}};
    for (std::size_t k = 0; !reshape && k < site.entry().inputs().size(); ++k) {
        const Tensor<double>& x = site.input(k);
        const std::size_t flat = flat_index(at, x.shape());
        const double value = x.storage()[flat];
        (masked ? (k == 0 ? n.mask : k == 1 ? n.a : n.b) : (k == 0 ? n.a : n.b)) = value;
        const std::string letter = input_letter(site.entry(), k);
        letters.emplace_back(letter, letter + index_text(unravel_index(flat, x.shape())));
        numbers.emplace_back(letter, operand(value));
    }
    return {substitute(rule.text, letters), substitute(rule.text, numbers), rule.value(n)};
}

std::vector<std::size_t> places_read_from(const Site& site, bool reshape) {
    if (reshape) return {site.element};
    std::vector<std::size_t> places;
    for (std::size_t out = 0; out < site.y().size(); ++out) {
        if (flat_index(unravel_index(out, site.y().shape()), site.x().shape()) == site.element)
            places.push_back(out);
    }
    return places;
}

}  // namespace

Formulas elementwise_formulas(const Site& site) {
    Formulas all;
    for (const Rule& rule : kRules) {
        if (rule.op != site.entry().op() || rule.position != site.position) continue;
        std::vector<std::string> terms;
        Formula formula{"", "", 0};
        for (const std::size_t place : places_read_from(site, rule.op == "Reshape")) {
            const Term term = term_at(site, rule, place);
            formula.value += term.value;
            if (terms.empty()) formula.symbols = term.symbols;
            terms.push_back(term.numbers);
        }
        if (terms.size() != 1) {
            formula.symbols = fmt::format("sum of {} over the {} elements that it was broadcast to",
                                          rule.text, terms.size());
        }
        formula.numbers = sum_text(terms);
        all.push_back(std::move(formula));
    }
    return all;
}

}  // namespace tapedeck::demos::step_through
