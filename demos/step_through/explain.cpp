#include "demos/step_through/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <tapedeck/core/inspect/deposits.hpp>

#include "demos/step_through/rules/formula.hpp"

namespace tapedeck::demos::step_through {
namespace {

Formulas formulas(const Site& site) {
    for (const auto kind : {elementwise_formulas, product_formulas, reduction_formulas, softmax_formulas,
                            loss_formulas, norm_formulas}) {
        if (Formulas all = kind(site); !all.empty()) return all;
    }
    return {};
}

bool agrees(double a, double b, double scale) {
    return a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= 1e-9 * scale;
}

/// With plain spaces in place of no-break ones.
std::string plain(std::string_view text) {
    constexpr std::string_view kNoBreak = "\u00a0";
    std::string result;
    while (true) {
        const std::size_t end = std::min(text.find(kNoBreak), text.size());
        result += text.substr(0, end);
        if (end == text.size()) return result;
        result += ' ';
        text.remove_prefix(end + kNoBreak.size());
    }
}

/// On one line where there is room; else each "=" on its own, one below the other.
void say_equation(Lines& lines, std::size_t width, const std::string& left, const Formula& f) {
    const bool same = f.numbers == operand(f.value);  // a rule that only copies
    const std::string result = number(f.value);
    const std::string line = same ? fmt::format("{} = {} = {}", left, f.symbols, result)
                                  : fmt::format("{} = {} = {} = {}", left, f.symbols, f.numbers, result);
    if (display_width(line) <= width) {
        lines.push_back({plain(line), Look::strong});
        return;
    }
    const std::string margin(display_width(left), ' ');
    const auto part = [&](const std::string& head, const std::string& text) {
        for (const std::string& wrapped : wrap(head + " = " + text, width, margin.size() + 3))
            lines.push_back({plain(wrapped), Look::strong});
    };
    part(left, f.symbols);
    if (!same) part(margin, f.numbers);
    part(margin, result);
}

std::optional<std::size_t> row_major(const Shape& at, const Shape& shape) {
    if (at.size() != shape.size()) return std::nullopt;
    for (std::size_t d = 0; d < at.size(); ++d) {
        if (at[d] >= shape[d]) return std::nullopt;
    }
    std::size_t flat = 0;
    for (std::size_t d = 0; d < at.size(); ++d) flat = flat * shape[d] + at[d];
    return flat;
}

void explain_element(Lines& lines, std::size_t width, const Site& site, const Contribution<double>& c) {
    const double handed_on = c.value.storage()[site.element];
    double scale = 0;
    for (const double v : c.value.storage()) scale = std::max(scale, std::abs(v));
    const std::string left = fmt::format("d{}{}", site.letter(), index_text(site.at()));
    const Formulas all = formulas(site);
    if (all.empty()) {
        say(lines, width, fmt::format("{} = {}", left, number(handed_on)), Look::strong);
        say(lines, width,
            fmt::format(
                "  This is what its adjoint hands on to #{}. {} has no formula here that numbers could "
                "be filled into; c compares it with differences.",
                c.to, site.entry().op()));
        return;
    }
    const auto right = std::find_if(all.begin(), all.end(),
                                    [&](const Formula& f) { return agrees(f.value, handed_on, scale); });
    const Formula& formula = right == all.end() ? all.front() : *right;
    say_equation(lines, width, left, formula);
    for (const std::string& note : formula.notes) say(lines, width, fmt::format("  {}", plain(note)));
    if (right == all.end()) {
        say(lines, width,
            fmt::format("  But its adjoint hands {} on to #{}: rule and code differ.", number(handed_on),
                        c.to),
            Look::bad);
    }
}

}  // namespace

Lines explain(Variable<double> v, const std::optional<Shape>& element, std::size_t width) {
    Lines lines;
    const Entry<double>& entry = v.entry();
    say(lines, width, fmt::format("{} of #{}: {}", entry.op(), entry.index(), entry.rule()), Look::faint);
    std::string shapes;
    bool any = false;
    const auto all = deposits(v);
    for (const Contribution<double>& c : all) {
        if (c.value.size() == 0) continue;
        const std::string letter = input_letter(entry, c.position);
        shapes += fmt::format("{}{} is {}", shapes.empty() ? "" : ", ", letter, to_text(c.value.shape()));
        const auto index = element ? row_major(*element, c.value.shape()) : std::optional<std::size_t>(0);
        if (!index) continue;
        any = true;
        explain_element(lines, width, {v, c.position, *index}, c);
    }
    if (all.empty()) say(lines, width, "It hands nothing on: no input of it wants a gradient.");
    if (!any && element && !shapes.empty()) {
        lines.clear();
        say(lines, width,
            fmt::format("No input of #{} has an element {}: {}.", entry.index(), index_text(*element),
                        shapes));
    }
    return lines;
}

}  // namespace tapedeck::demos::step_through
