// Linear, and products of two matrices.
#include <fmt/format.h>

#include "demos/step_through/rules/formula.hpp"

namespace tapedeck::demos::step_through {
namespace {

/// "sum over <k> of <symbols>", with a term for each k.
template <class Term>
Formula sum_over(std::string_view k, std::string symbols, std::size_t count, const Term& term) {
    Formula formula{fmt::format("sum over {} of {}", k, symbols), "", 0};
    std::vector<std::string> terms;
    for (std::size_t i = 0; i < count; ++i) {
        const auto [a, b] = term(i);
        formula.value += a * b;
        terms.push_back(fmt::format("{} * {}", operand(a), operand(b)));
    }
    formula.numbers = sum_text(terms);
    return formula;
}

using Pair = std::pair<double, double>;

Formulas linear(const Site& site) {
    const Tensor<double>&x = site.input(0), &w = site.input(1), &dy = site.dy();
    const std::size_t out = w.shape()[0], in = w.shape()[1];
    if (in == 0 || out == 0) return {};
    const std::size_t rows = x.size() / in;
    const double* const g = dy.storage().data();
    const std::size_t i = site.element % in, o = site.element / in;  // of x: column, row
    if (site.position == 0) {
        Shape row = site.at();
        row.pop_back();
        std::string lead;  // "2," of a row of a matrix
        for (const std::size_t r : row) lead += fmt::format("{},", r);
        return {sum_over("o", fmt::format("dy[{}o] * W[o,{}]", lead, i), out,
                         [&](std::size_t k) { return Pair(g[o * out + k], w.storage()[k * in + i]); })};
    }
    if (site.position == 1) {
        return {sum_over("rows r", fmt::format("dy[r,{}] * x[r,{}]", o, i), rows,
                         [&](std::size_t r) { return Pair(g[r * out + o], x.storage()[r * in + i]); })};
    }
    Formula bias{fmt::format("sum over rows r of dy[r,{}]", site.element), "", 0};
    std::vector<std::string> terms;
    for (std::size_t r = 0; r < rows; ++r) {
        bias.value += g[r * out + site.element];
        terms.push_back(operand(g[r * out + site.element]));
    }
    bias.numbers = sum_text(terms);
    return {bias};
}

Formulas matmul(const Site& site) {
    const Tensor<double>&a = site.input(0), &b = site.input(1), &dy = site.dy();
    if (a.dimension() != 2 || b.dimension() != 2) return {};
    const std::size_t rows = a.shape()[0], columns = b.shape()[1];
    const Shape at = site.at();
    if (site.position == 0) {
        return {sum_over("j", fmt::format("dy[{},j] * b[{},j]", at[0], at[1]), columns,
                         [&](std::size_t j) { return Pair(dy(at[0], j), b(at[1], j)); })};
    }
    return {sum_over("i", fmt::format("a[i,{}] * dy[i,{}]", at[0], at[1]), rows,
                     [&](std::size_t i) { return Pair(a(i, at[0]), dy(i, at[1])); })};
}

}  // namespace

Formulas product_formulas(const Site& site) {
    if (site.entry().op() == "Linear") return linear(site);
    if (site.entry().op() == "Matmul") return matmul(site);
    return {};
}

}  // namespace tapedeck::demos::step_through
