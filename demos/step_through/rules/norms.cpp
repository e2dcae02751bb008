// Normalizations: dx by its three paths, and the sums of weight and bias.
#include <fmt/format.h>

#include <tapedeck/core/inspect/paths.hpp>
#include <tapedeck/core/ops/grouping.hpp>

#include "demos/step_through/rules/formula.hpp"

namespace tapedeck::demos::step_through {
namespace {

/// What the formulas speak of, of one element of x.
struct Normalized {
    const Site& site;
    const Grouping<double>& groups;

    double x(std::size_t i) const { return site.input(0).storage()[i]; }
    double dy(std::size_t i) const { return site.dy().storage()[i]; }
    double rstd(std::size_t i) const { return groups.rstd[groups.group[i]]; }
    double mean(std::size_t i) const { return groups.mean[groups.group[i]]; }
    double xhat(std::size_t i) const { return (x(i) - mean(i)) * rstd(i); }
    double weight(std::size_t i) const {
        return groups.has_weight ? site.input(1).storage()[groups.feature[i]] : 1;
    }
    double g(std::size_t i) const { return dy(i) * weight(i); }
};

Formula three_paths(const Site& site, const Normalized& of) {
    const std::size_t e = site.element;
    const Paths<double> path = paths(site.v);
    const double direct = path.direct.storage()[e], mean = path.mean.storage()[e],
                 variance = path.variance.storage()[e];
    double count = 0, mean_g = 0, mean_g_xhat = 0;
    std::string first, last;  // of the group
    for (std::size_t i = 0; i < of.groups.group.size(); ++i) {
        if (of.groups.group[i] != of.groups.group[e]) continue;
        ++count;
        last = fmt::format("x{}", index_text(unravel_index(i, site.x().shape())));
        if (first.empty()) first = last;
        mean_g += of.g(i);
        mean_g_xhat += of.g(i) * of.xhat(i);
    }
    mean_g /= count;
    mean_g_xhat /= count;
    const std::string at = index_text(site.at()), rstd = number(of.rstd(e));
    const bool has_mean = of.groups.has_mean && of.groups.depends_on_x;
    // From the numbers that are shown below: were one of them wrong, it would differ from what is handed on.
    Formula formula{"direct", number(direct), of.rstd(e) * of.g(e)};
    const auto add = [&](std::string_view name, double value) {
        formula.symbols += fmt::format(" + through the {}", name);
        formula.numbers += fmt::format(" + {}", operand(value));
    };
    if (has_mean) {
        add("mean", mean);
        formula.value -= of.rstd(e) * mean_g;
    }
    if (of.groups.depends_on_x) {
        add("variance", variance);
        formula.value -= of.rstd(e) * of.xhat(e) * mean_g_xhat;
    }
    auto& notes = formula.notes;
    notes.push_back(fmt::format("direct    rstd * g = {} * {} = {}", rstd, operand(of.g(e)), number(direct)));
    if (has_mean)
        notes.push_back(
            fmt::format("mean      -rstd * mean(g) = -{} * {} = {}", rstd, operand(mean_g), number(mean)));
    if (of.groups.depends_on_x) {
        notes.push_back(fmt::format("variance  -rstd * xhat * mean(g * xhat) = -{} * {} * {} = {}", rstd,
                                    operand(of.xhat(e)), operand(mean_g_xhat), number(variance)));
    }
    notes.push_back(of.groups.has_weight
                        ? fmt::format("g{} = dy * weight = {} * {} = {}", at, operand(of.dy(e)),
                                      operand(of.weight(e)), number(of.g(e)))
                        : fmt::format("g{} = dy = {}", at, number(of.g(e))));
    if (of.groups.depends_on_x) {
        notes.push_back(fmt::format("Its group: {} numbers, {} … {}; {}rstd {}", count, first, last,
                                    has_mean ? fmt::format("mean {}, ", number(of.mean(e))) : "", rstd));
    } else {
        notes.push_back(
            fmt::format("The statistics are running ones, and no path leads through them: mean {}, rstd {}",
                        number(of.mean(e)), rstd));
    }
    return formula;
}

}  // namespace

Formulas norm_formulas(const Site& site) {
    const auto groups = grouping(site.v);
    if (!groups) return {};
    const Normalized of{site, *groups};
    if (site.position == 0) return {three_paths(site, of)};
    const bool weight = groups->has_weight && site.position == 1;
    Formula formula{
        fmt::format("sum of {} over the elements of feature {}", weight ? "dy * xhat" : "dy", site.element),
        "", 0};
    std::vector<std::string> terms;
    for (std::size_t i = 0; i < groups->feature.size(); ++i) {
        if (groups->feature[i] != site.element) continue;
        formula.value += of.dy(i) * (weight ? of.xhat(i) : 1);
        terms.push_back(weight ? fmt::format("{} * {}", operand(of.dy(i)), operand(of.xhat(i)))
                               : operand(of.dy(i)));
    }
    formula.numbers = sum_text(terms);
    return {formula};
}

}  // namespace tapedeck::demos::step_through
