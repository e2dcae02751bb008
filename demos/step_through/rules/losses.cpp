// The losses: a mean over elements or rows.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "demos/step_through/rules/formula.hpp"

namespace tapedeck::demos::step_through {
namespace {

/// p = softmax(x) at the element. The target isn't seen from outside, and the element either is it or not.
Formulas cross_entropy(const Site& site) {
    const Tensor<double>& x = site.x();
    const std::size_t rows = x.shape()[0], classes = x.shape()[1], row = site.element / classes;
    const double* const logits = x.storage().data() + row * classes;
    const double largest = *std::max_element(logits, logits + classes);
    double total = 0;
    for (std::size_t i = 0; i < classes; ++i) total += std::exp(logits[i] - largest);
    const double p = std::exp(logits[site.element % classes] - largest) / total, dy = site.dy().storage()[0];
    Formulas all;
    for (const double target : {0.0, 1.0}) {
        all.push_back({"dy * (p - t) / rows",
                       fmt::format("{} * ({} - {}) / {}", operand(dy), number(p), target, rows),
                       dy * (p - target) / static_cast<double>(rows),
                       {fmt::format("p = softmax(x){} = {}; t = {}: class {} is {}row {}'s target",
                                    index_text(site.at()), number(p), target, site.element % classes,
                                    target > 0 ? "" : "not ", row)}});
    }
    return all;
}

}  // namespace

Formulas loss_formulas(const Site& site) {
    const std::string_view op = site.entry().op();
    if (op == "CrossEntropy") return cross_entropy(site);
    if (op != "MSELoss" && op != "BinaryCrossEntropyWithLogits") return {};
    const Tensor<double>&xs = site.input(0), &ts = site.input(1);
    if (site.position == 1 && ts.size() != xs.size()) return {};  // one target for all
    const double x = xs.storage()[site.element], dy = site.dy().storage()[0];
    const double t = ts.storage()[ts.size() == 1 ? 0 : site.element], n = static_cast<double>(xs.size());
    const std::string at = index_text(site.at()), g = operand(dy), x_text = operand(x), t_text = operand(t);
    if (op == "MSELoss") {
        if (site.position == 0) {
            return {{fmt::format("dy * 2 * (x{0} - t{0}) / n", at),
                     fmt::format("{} * 2 * ({} - {}) / {}", g, x_text, t_text, n), dy * 2 * (x - t) / n}};
        }
        return {{fmt::format("-dy * 2 * (x{0} - t{0}) / n", at),
                 fmt::format("-{} * 2 * ({} - {}) / {}", g, x_text, t_text, n), -dy * 2 * (x - t) / n}};
    }
    if (site.position == 1)
        return {{fmt::format("-dy * x{} / n", at), fmt::format("-{} * {} / {}", g, x_text, n), -dy * x / n}};
    const double s = 1 / (1 + std::exp(-x));
    return {{fmt::format("dy * (sigmoid(x{0}) - t{0}) / n", at),
             fmt::format("{} * ({} - {}) / {}", g, number(s), t_text, n),
             dy * (s - t) / n,
             {fmt::format("sigmoid(x{}) = sigmoid({}) = {}", at, number(x), number(s))}}};
}

}  // namespace tapedeck::demos::step_through
