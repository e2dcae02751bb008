// Softmax and LogSoftmax, along whichever axis makes them sum to one.
#include <fmt/format.h>

#include <cmath>

#include "demos/step_through/rules/formula.hpp"

namespace tapedeck::demos::step_through {
namespace {

/// The row-major indices of the line through the element along an axis.
std::vector<std::size_t> line_through(const Site& site, std::size_t axis) {
    Shape at = site.at();
    std::vector<std::size_t> line;
    for (std::size_t i = 0; i < site.x().shape()[axis]; ++i) {
        at[axis] = i;
        line.push_back(flat_index(at, site.x().shape()));
    }
    return line;
}

}  // namespace

Formulas softmax_formulas(const Site& site) {
    const bool logarithm = site.entry().op() == "LogSoftmax";
    if (!logarithm && site.entry().op() != "Softmax") return {};
    Formulas all;
    const double dy = site.dy().storage()[site.element], y = site.y().storage()[site.element];
    const std::string at = index_text(site.at());
    for (std::size_t axis = site.x().dimension(); axis-- > 0;) {
        std::vector<std::string> terms;
        double sum = 0, total = 0;
        for (const std::size_t i : line_through(site, axis)) {
            const double g = site.dy().storage()[i], v = site.y().storage()[i];
            total += logarithm ? std::exp(v) : v;
            sum += logarithm ? g : g * v;
            terms.push_back(logarithm ? operand(g) : fmt::format("{} * {}", operand(g), operand(v)));
        }
        if (std::abs(total - 1) > 1e-9) continue;
        const std::string s = fmt::format("s = sum of {} along axis {} = {} = {}",
                                          logarithm ? "dy" : "dy * y", axis, sum_text(terms), number(sum));
        if (logarithm) {
            all.push_back({fmt::format("dy{0} - e^y{0} * s", at),
                           fmt::format("{} - e^{} * {}", operand(dy), operand(y), operand(sum)),
                           dy - std::exp(y) * sum,
                           {s}});
        } else {
            all.push_back({fmt::format("y{0} * (dy{0} - s)", at),
                           fmt::format("{} * ({} - {})", operand(y), operand(dy), operand(sum)),
                           y * (dy - sum),
                           {s}});
        }
    }
    return all;
}

}  // namespace tapedeck::demos::step_through
