#include "measurements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace tapedeck::demos {
namespace {

const std::array<Measurement, 7>& measurements() {
    static const std::array<Measurement, 7> all{{
        {"train", "training loss", {"final", "train_loss"}, 1, false, false},
        {"validation", "validation loss", {"final", "validation_loss"}, 1, false, true},
        {"test", "test loss", {"final", "test_loss"}, 1, false, true},
        {"train", "training accuracy", {"final", "train_accuracy"}, 100, true, false},
        {"validation", "validation accuracy", {"final", "validation_accuracy"}, 100, true, true},
        {"test", "test accuracy", {"final", "test_accuracy"}, 100, true, true},
        {"total", "seconds", {"seconds", "total"}, 1, false, false},
    }};
    return all;
}

}  // namespace

Spread spread_of(const std::vector<const nlohmann::json*>& runs, const Measurement& m) {
    std::vector<double> values;
    for (const nlohmann::json* run : runs) values.push_back(number(part(*run, m.path)) * m.scale);
    return demos::spread_of(std::move(values));
}

int decimals_for(const std::vector<Spread>& column, const Measurement& m) {
    if (m.scale > 1) return 1;
    if (m.name == "seconds") return 2;
    double smallest = INFINITY;
    for (const Spread& s : column)
        if (s.count > 0 && s.median != 0) smallest = std::min(smallest, std::abs(s.median));
    return std::isfinite(smallest) ? std::clamp(1 - static_cast<int>(std::floor(std::log10(smallest))), 3, 6)
                                   : 3;
}

std::string table_head(const std::vector<Measurement>& shown, const std::string& first) {
    std::string groups, names;
    for (const auto& [title, key] : {std::pair{"loss", "loss"}, std::pair{"accuracy (%)", "accuracy"},
                                     std::pair{"seconds", "seconds"}}) {
        const auto n = std::count_if(shown.begin(), shown.end(),
                                     [&, k = key](const Measurement& m) { return m.name.ends_with(k); });
        if (n > 0) groups += fmt::format("<th class=\"group\" colspan=\"{}\">{}</th>", n, title);
    }
    for (const Measurement& m : shown) names += fmt::format("<th class=\"n\">{}</th>", m.head);
    return fmt::format("<thead><tr>{}{}</tr><tr>{}</tr></thead>\n", first, groups, names);
}

std::vector<Measurement> measured(const Group& group) {
    std::vector<Measurement> shown;
    for (const Measurement& m : measurements())
        if (std::any_of(group.models.begin(), group.models.end(),
                        [&](const Model& model) { return spread_of(model.runs, m).count > 0; }))
            shown.push_back(m);
    return shown;
}

}  // namespace tapedeck::demos
