#include "curves.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "spread.hpp"

namespace tapedeck::demos {
namespace {

using Columns = std::vector<std::vector<double>>;
using nlohmann::json;

/// Columns key (the step), x and y of one run, cut to the shortest: an interrupted run may have uneven ends.
Columns curve_of(const json& run, const Series& series, Against against) {
    Path path = series.path;
    path.insert(path.begin(), "series");
    const std::vector<double> steps = numbers(part(run, {"series", "step"}));
    std::vector<double> x = against == Against::steps ? steps : numbers(part(run, {"seconds", "series"}));
    std::vector<double> y = numbers(part(run, path));
    const std::size_t n = std::min({steps.size(), x.size(), y.size()});
    x.resize(n);
    y.resize(n);
    for (double& v : y) v *= series.scale;
    return {{steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(n)}, x, y};
}

Columns by_index(const json& run, const Path& path) {
    std::vector<double> y = numbers(part(run, path)), x(y.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i + 1);
    return {x, x, y};
}

Columns median_of(const std::vector<Columns>& curves) {
    std::map<double, std::pair<std::vector<double>, std::vector<double>>> points;
    std::size_t seeds = 0;
    for (const Columns& c : curves) {
        seeds += c[0].empty() ? 0 : 1;
        for (std::size_t i = 0; i < c[0].size(); ++i) {
            auto& [x, y] = points[c[0][i]];
            x.push_back(c[1][i]);
            y.push_back(c[2][i]);
        }
    }
    Columns median(2);
    for (auto& [step, point] : points) {
        const Spread y = spread_of(point.second);
        median[0].push_back(spread_of(point.first).median);
        median[1].push_back(2 * y.count > seeds ? y.median : std::nan(""));
    }
    return median;
}

std::vector<Trace> traces_of(const Model& model, const std::vector<Columns>& curves) {
    std::vector<Trace> traces;
    const Pen pen = norm_style(model.norm).pen;
    const auto has_points = [](const std::vector<double>& y) {
        return std::any_of(y.begin(), y.end(), [](double v) { return std::isfinite(v); });
    };
    for (const Columns& c : curves)
        if (curves.size() > 1 && has_points(c[2])) traces.push_back({Kind::faint, faint(pen), {c[1], c[2]}});
    Columns median = median_of(curves);
    if (has_points(median[1])) traces.push_back({Kind::line, pen, std::move(median)});
    return traces;
}

}  // namespace

std::vector<Trace> seed_curves(const Model& model, const Series& series, Against against) {
    std::vector<Columns> curves;
    for (const json* run : model.chosen) curves.push_back(curve_of(*run, series, against));
    return traces_of(model, curves);
}

std::vector<Trace> seed_curves_by_index(const Model& model, const Path& path) {
    std::vector<Columns> curves;
    for (const json* run : model.chosen) curves.push_back(by_index(*run, path));
    return traces_of(model, curves);
}

Columns median_curve(const Model& model, const Series& series, Against against) {
    std::vector<Columns> curves;
    for (const json* run : model.chosen) curves.push_back(curve_of(*run, series, against));
    return median_of(curves);
}

bool wants_log(const std::vector<Trace>& traces) {
    Range range;
    for (const Trace& trace : traces)
        if (trace.kind == Kind::line)
            for (std::size_t i = 1; i < trace.columns[1].size(); ++i) range.add(trace.columns[1][i]);
    return !range.empty() && range.low > 0 && range.high / range.low > 4;
}

std::string axis_name(Against against) {
    return against == Against::steps ? "training step" : "training time (s)";
}

std::vector<LegendEntry> norm_legend(const Group& group) {
    std::vector<LegendEntry> legend;
    for (const Model& model : group.models) {
        if (model.chosen.empty()) continue;
        const NormStyle style = norm_style(model.norm);
        legend.push_back({style.label, Kind::line, style.pen});
    }
    return legend;
}

LegendEntry one_seed_entry() { return {"one seed (bold: median)", Kind::faint, {"#9a9a9a", "solid", 1, 9}}; }

bool several_seeds(const Group& group) {
    return std::any_of(group.models.begin(), group.models.end(),
                       [](const Model& m) { return m.chosen.size() > 1; });
}

}  // namespace tapedeck::demos
