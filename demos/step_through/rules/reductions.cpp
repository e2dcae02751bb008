// Sum, Mean, Var and Max. Over which axes can't be seen from outside: each choice that explains the output's
// shape is tried.
#include <fmt/format.h>

#include <cmath>

#include "demos/step_through/rules/formula.hpp"

namespace tapedeck::demos::step_through {
namespace {

/// Which axes a reduction may have run over, as bits.
std::vector<unsigned> choices(const Shape& x, const Shape& y) {
    std::vector<unsigned> all;
    for (unsigned axes = 1u << x.size(); axes-- > 0;) {
        Shape dropped, kept;
        for (std::size_t d = 0; d < x.size(); ++d) {
            const bool goes = (axes >> d & 1u) != 0;
            if (!goes) dropped.push_back(x[d]);
            kept.push_back(goes ? 1 : x[d]);
        }
        if (y == dropped || y == kept) all.push_back(axes);
    }
    return all;
}

/// The elements that share x's element's fate: equal to it on the axes that stay.
std::vector<double> companions(const Site& site, unsigned axes) {
    const Shape at = site.at();
    std::vector<double> values;
    for (std::size_t i = 0; i < site.x().size(); ++i) {
        const Shape other = unravel_index(i, site.x().shape());
        bool same = true;
        for (std::size_t d = 0; d < at.size(); ++d)
            same = same && ((axes >> d & 1u) != 0 || at[d] == other[d]);
        if (same) values.push_back(site.x().storage()[i]);
    }
    return values;
}

Shape output_index(const Site& site, unsigned axes) {
    const Shape at = site.at(), &y = site.y().shape();
    Shape out;
    for (std::size_t d = 0; d < at.size(); ++d) {
        if ((axes >> d & 1u) == 0)
            out.push_back(at[d]);
        else if (y.size() == at.size())
            out.push_back(0);
    }
    return out;
}

}  // namespace

Formulas reduction_formulas(const Site& site) {
    const std::string_view op = site.entry().op();
    if (op != "Sum" && op != "Mean" && op != "Var" && op != "Max") return {};
    if (site.x().dimension() > 8) return {};
    Formulas all;
    for (const unsigned axes : choices(site.x().shape(), site.y().shape())) {
        const Shape out = output_index(site, axes);
        const std::size_t flat = flat_index(out, site.y().shape());
        const double dy = site.dy().storage()[flat], y = site.y().storage()[flat];
        const double x = site.x().storage()[site.element];
        const std::vector<double> group = companions(site, axes);
        const double n = static_cast<double>(group.size());
        const std::string dy_text = fmt::format("dy{}", index_text(out)),
                          x_text = fmt::format("x{}", index_text(site.at()));
        const std::string g = operand(dy), v = operand(x);
        if (op == "Sum") all.push_back({dy_text, g, dy});
        if (op == "Mean") all.push_back({dy_text + " / n", fmt::format("{} / {}", g, n), dy / n});
        if (op == "Max") {
            double ties = 0;
            for (const double other : group) ties += other == y ? 1 : 0;
            all.push_back({fmt::format("{} / ties * [{} = y{}]", dy_text, x_text, index_text(out)),
                           fmt::format("{} / {} * [{} = {}]", g, ties, number(x), number(y)),
                           x == y ? dy / ties : 0});
        }
        if (op == "Var") {
            double mean = 0;
            for (const double other : group) mean += other / n;
            for (const double correction : {1.0, 0.0}) {
                if (n - correction <= 0) continue;
                all.push_back(
                    {fmt::format("{} * 2 * ({} - mean) / (n - correction)", dy_text, x_text),
                     fmt::format("{} * 2 * ({} - {}) / ({} - {})", g, v, operand(mean), n, correction),
                     dy * 2 * (x - mean) / (n - correction)});
            }
        }
    }
    return all;
}

}  // namespace tapedeck::demos::step_through
