// What came out at the end of training: histograms of activations, and the boundary between two classes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string_view>

#include "figures.hpp"

namespace tapedeck::demos {
namespace {

using nlohmann::json;

const json* first_with(const Model& model, const char* key) {
    for (const json* run : model.chosen)
        if (const json* found = part(*run, {key}); found != nullptr && !found->empty()) return found;
    return nullptr;
}

/// The outline of a histogram, as shares in percent.
Trace outline(const std::vector<double>& edges, const std::vector<double>& counts, Kind kind,
              const Pen& pen) {
    Trace trace{kind, pen, {{}, {}}};
    const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
    if (edges.size() != counts.size() + 1 || !(total > 0)) return trace;
    const auto point = [&](double x, double y) {
        trace.columns[0].push_back(x), trace.columns[1].push_back(y);
    };
    point(edges.front(), 0);
    for (std::size_t i = 0; i < counts.size(); ++i) {
        point(edges[i], 100 * counts[i] / total);
        point(edges[i + 1], 100 * counts[i] / total);
    }
    point(edges.back(), 0);
    return trace;
}

/// The edges between which all but two in a thousand of the values lie.
Range bulk(const std::vector<double>& edges, const std::vector<double>& counts) {
    Range range;
    const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
    double below = 0;
    for (std::size_t i = 0; i < counts.size() && i + 1 < edges.size(); ++i) {
        const double before = below;
        below += counts[i];
        if (below > 0.001 * total && before < 0.999 * total) range.add({edges[i], edges[i + 1]});
    }
    return range;
}

constexpr double outline_width = 1.6;

}  // namespace

Figure histograms(const Group& group) {
    Figure figure =
        titled(group, "histograms", "Activations before and after each norm",
               "How wide and how far from zero the values are that go into the norm (grey), and what comes "
               "out of it (in colour); "
               "with no norm, what goes into the activation function (end of training, first seed).");
    const Pen before{"#555555", "solid", outline_width, 9};
    figure.legend.push_back({"before", Kind::area, before});
    std::vector<const Model*> models;
    for (const Model& model : group.models)
        if (first_with(model, "histograms") != nullptr) models.push_back(&model);
    for (const std::string& layer : keys_in(group, {"histograms"})) {
        const std::size_t row = figure.panels.size();
        Range x;
        for (const Model* model : models) {
            const NormStyle style = norm_style(model->norm);
            const json& all = *first_with(*model, "histograms");
            Panel& panel =
                figure.panels.emplace_back(Panel{layer + ", " + style.label, "value", "values per bin (%)"});
            const std::vector<double> edges = numbers(part(all, {layer, "edges"}));
            for (const char* side : {"before", "after"}) {
                const std::vector<double> counts = numbers(part(all, {layer, side}));
                Pen pen = std::string_view(side) == "before" ? before : style.pen;
                pen.width = outline_width;
                for (const Kind kind : {Kind::area, Kind::line}) {
                    Trace trace = outline(edges, counts, kind, pen);
                    if (!trace.columns[0].empty()) panel.traces.push_back(std::move(trace));
                }
                x.add(bulk(edges, counts));
            }
        }
        for (std::size_t i = row; i < figure.panels.size(); ++i) {
            figure.panels[i].x = x;
            figure.panels[i].y_group = static_cast<int>(row) + 1;
        }
    }
    for (const Model* model : models)
        if (const NormStyle style = norm_style(model->norm); style.order != 0)
            figure.legend.push_back({"after " + style.label, Kind::area, style.pen});
    figure.columns = std::max<std::size_t>(1, models.size());
    figure.panel_height = 230;
    return complete(figure, "histograms");
}

Figure boundary(const Group& group) {
    Figure figure = titled(group, "boundary", "Decision boundary",
                           "Where each model draws the line between the two arms (first seed): whether it "
                           "follows them, and how it goes on "
                           "where there are no points.");
    const std::array classes{Pen{"#7b3294", "solid", 0.5, 1}, Pen{"#1b7837", "solid", 0.5, 2}};
    const Pen edge{"#111111", "solid", 1.6, 9};
    for (const Model& model : group.models) {
        const json* data = first_with(model, "boundary");
        if (data == nullptr) continue;
        Trace image{Kind::image, {}, {{}, {}, {}}};
        const std::vector<double> x = numbers(part(*data, {"x"})), y = numbers(part(*data, {"y"}));
        const std::vector<json>& rows = items(part(*data, {"p"}));
        for (std::size_t j = 0; j < std::min(y.size(), rows.size()); ++j) {
            const std::vector<double> p = numbers(&rows[j]);
            for (std::size_t i = 0; i < std::min(x.size(), p.size()); ++i) {
                image.columns[0].push_back(x[i]);
                image.columns[1].push_back(y[j]);
                image.columns[2].push_back(p[i]);
            }
        }
        if (image.columns[0].empty()) continue;
        Panel panel{norm_style(model.norm).label, "x", "y"};
        panel.grid = false;
        panel.x = {x.front(), x.back()};
        panel.y = {y.front(), y.back()};
        Trace line = image;
        line.kind = Kind::contour;
        line.pen = edge;
        std::array<Trace, 2> points{Trace{Kind::points, classes[0], {{}, {}}},
                                    Trace{Kind::points, classes[1], {{}, {}}}};
        for (const json& point : items(part(*data, {"points"}))) {
            const std::vector<double> p = numbers(&point);
            if (p.size() < 3) continue;
            for (std::size_t c : {0u, 1u}) points[p[2] > 0.5 ? 1 : 0].columns[c].push_back(p[c]);
        }
        panel.traces = {std::move(image), std::move(points[0]), std::move(points[1]), std::move(line)};
        figure.panels.push_back(std::move(panel));
    }
    Pen key0 = classes[0], key1 = classes[1];
    key0.width = key1.width = 0.9;
    figure.legend = {{"class 0", Kind::points, key0},
                     {"class 1", Kind::points, key1},
                     {"boundary (p = 0.5)", Kind::line, edge}};
    figure.columns = columns_for(figure.panels.size());
    figure.panel_height = figure.columns == 3 ? 341 : 300;
    return complete(figure, "decision boundary");
}

}  // namespace tapedeck::demos
