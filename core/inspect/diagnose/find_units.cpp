// Activations that hand on no gradient: dead ReLUs, saturated tanhs and sigmoids.
#include <tapedeck/core/inspect/diagnose/findings.hpp>

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/ops/instantiate.hpp>

namespace tapedeck::inspect {
namespace {

using Kind = Finding::Kind;

/// How a batch of outputs (rows, units) is: which outputs are flat, and which units are so in every row.
struct Flat {
    std::size_t rows = 0, units = 0, outputs = 0, whole_units = 0;
    double share() const {
        return rows == 0 || units == 0 ? 0 : static_cast<double>(outputs) / static_cast<double>(rows * units);
    }
};

template <class T, class F>
Flat count(const Tensor<T>& y, F is_flat) {
    Flat flat;
    if (y.size() == 0 || y.dimension() == 0) return flat;
    flat.units = y.shape().back();
    flat.rows = y.size() / flat.units;
    for (std::size_t u = 0; u < flat.units; ++u) {
        std::size_t n = 0;
        for (std::size_t row = 0; row < flat.rows; ++row)
            n += is_flat(static_cast<double>(y.storage()[row * flat.units + u])) ? 1U : 0U;
        flat.outputs += n;
        flat.whole_units += n == flat.rows ? 1U : 0U;
    }
    return flat;
}

}  // namespace

template <class T>
std::string find_units(const Tape<T>& tape, const DiagnoseOptions<T>& options, std::vector<Finding>& found) {
    std::size_t relus = 0, dead = 0, squashing = 0;
    double most = 0;
    for (const Entry<T>& entry : tape) {
        const std::string_view op = entry.op();
        if (op == "ReLU") {
            const Flat flat = count(entry.value(), [](double y) { return y == 0; });
            if (flat.rows < 2) continue;  // in a batch of one, 0 is no sign of death
            relus += flat.units;
            dead += flat.whole_units;
            if (flat.whole_units == 0) continue;
            found.push_back(
                {Kind::dead_units, entry.index(), "", static_cast<double>(flat.whole_units),
                 fmt::format("{}: {} of {} units are dead: 0 in all {} rows, so that they hand on "
                             "no gradient{}.",
                             entry.text(), flat.whole_units, flat.units, flat.rows,
                             flat.rows < 8 ? "; a larger batch would tell more surely" : "")});
        } else if (op == "Tanh" || op == "Sigmoid") {
            const Flat flat = op == "Tanh"
                                  ? count(entry.value(), [](double y) { return std::abs(y) > 0.97; })
                                  : count(entry.value(), [](double y) { return y < 0.03 || y > 0.97; });
            ++squashing;
            most = std::max(most, flat.share());
            if (flat.share() <= options.saturated) continue;
            found.push_back({Kind::saturated_units, entry.index(), "", flat.share(),
                             fmt::format("{}: {:.0f} % of its outputs are saturated ({}), {} of {} units in "
                                         "all {} rows: smaller weights before it, or a normalization, bring "
                                         "them back.",
                                         entry.text(), 100 * flat.share(),
                                         op == "Tanh" ? "|y| > 0.97" : "y outside of 0.03 … 0.97",
                                         flat.whole_units, flat.units, flat.rows)});
        }
    }
    std::string text;
    if (relus > 0) text = fmt::format("{} of {} ReLUs are dead", dead, relus);
    if (squashing > 0)
        text +=
            fmt::format("{}at most {:.0f} % of a layer is saturated", text.empty() ? "" : "; ", 100 * most);
    return text;
}

#define INSTANTIATE(T) \
    template std::string find_units(const Tape<T>&, const DiagnoseOptions<T>&, std::vector<Finding>&);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck::inspect
