#include "demos/lab/drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <tapedeck/core/error.hpp>

#include "demos/lab/selection.hpp"
#include "demos/report/range.hpp"
#include "demos/report/style.hpp"

namespace tapedeck::demos::lab {
namespace {

using nlohmann::json;

/// The most cells of a map in which numbers are still legible.
constexpr std::size_t kMostWords = 120;

// Colours for what is no norm, and dashes that tell them apart in grey.
Pen other_pen(std::size_t i) {
    constexpr std::array<std::pair<const char*, const char*>, 6> kPens{{{"#000000", "solid"},
                                                                        {"#0072b2", "(14,6)"},
                                                                        {"#d55e00", "(9,4)"},
                                                                        {"#009e73", "(20,5,4,5)"},
                                                                        {"#cc79a7", "(4,5)"},
                                                                        {"#e69f00", "(14,5,3,5,3,5)"}}};
    const auto& [color, dash] = kPens[i % kPens.size()];
    return {color, dash, 2.2, static_cast<int>(i) + 1};
}

/// A word's label and pen: a norm's own wherever it is one.
LegendEntry style_of_word(const json& word, std::size_t place) {
    const std::string text = word_of(word);
    const NormStyle style = norm_style(text);
    if (style.label != text) return {style.label, Kind::line, style.pen};
    return {text, Kind::line, other_pen(place)};
}

class Drawing {
  public:
    Drawing(const json& results, const json& sheet) : results_(results) {
        figure_.name = sheet.at("name");
        figure_.heading = sheet.at("heading");
        figure_.title = figure_.heading;
        figure_.hint = sheet.at("hint");
        figure_.columns = sheet.at("columns");
        figure_.panel_height = sheet.at("panel_height");
        for (const json& plot : sheet.at("plots")) add(plot);
        shade();
        figure_.columns = std::max<std::size_t>(1, std::min(figure_.columns, figure_.panels.size()));
        if (seeds_ > 1) figure_.legend.push_back({"one seed (bold: median)", Kind::faint, kSeed});
        if (dots_ && seeds_ > 1) figure_.legend.back() = {"one seed (line: median)", Kind::points, kDot};
    }
    Figure done() { return std::move(figure_); }

  private:
    inline static const Pen kSeed{"#9a9a9a", "solid", 1, 9}, kDot{"#9a9a9a", "solid", 1, 1};

    void add(const json& plot) {
        Panel panel{plot.at("title"), plot.at("x_label"), plot.at("y_label")};
        panel.x_log = plot.at("x_log");
        panel.y_log = plot.at("y_log");
        panel.y_group = plot.at("y_group");
        for (const json& layer : plot.at("layers")) {
            const std::string way = layer.at("way");
            if (way == "curves") {
                curves(panel, layer);
            } else if (way == "against") {
                against(panel, layer);
            } else if (way == "dots") {
                dots(panel, layer);
            } else if (way == "map") {
                map(panel, layer);
            } else if (way == "guide") {
                guides_.push_back(layer.at("at"));
            } else {
                throw Error(fmt::format("report: there is no way \"{}\" to draw runs.", way));
            }
        }
        finish(panel);
        figure_.panels.push_back(std::move(panel));
    }

    /// f(runs, pen, place, of) for each word under `by`, which gets its entry in the legend.
    template <class F>
    void each_word(const json& layer, F f) {
        const Runs runs = fitting(results_, layer);
        const std::vector<json> words = distinct(runs, layer.at("by"));
        for (std::size_t i = 0; i < words.size(); ++i) {
            const LegendEntry entry = style_of_word(words[i], i);
            const auto same = [&](const LegendEntry& e) { return e.label == entry.label; };
            if (!entry.label.empty() && std::none_of(figure_.legend.begin(), figure_.legend.end(), same))
                figure_.legend.push_back(entry);
            f(with(runs, layer.at("by"), words[i]), entry.pen, i, words.size());
        }
    }

    void curves(Panel& panel, const json& layer) {
        const std::string name = layer.at("measured");
        each_word(layer, [&](const Runs& runs, const Pen& pen, std::size_t, std::size_t) {
            std::map<double, Numbers> points;
            std::size_t curves = 0;
            std::vector<Trace> seeds;
            for (const json* run : runs) {
                const json& series = run->at("series").at(name);
                const Numbers x = numbers_of(series.at("x")), y = numbers_of(series.at("y"));
                if (x.size() != y.size())
                    throw Error(
                        fmt::format("report: series \"{}\" of seed {} has {} numbers for x and {} for y.",
                                    name, run->at("seed").dump(), x.size(), y.size()));
                for (std::size_t i = 0; i < x.size(); ++i) points[x[i]].push_back(y[i]);
                seeds.push_back({Kind::faint, faint(pen), {x, y}});
                ++curves;
            }
            if (curves == 0) return;
            seeds_ = std::max(seeds_, curves);
            Numbers x, y;
            for (const auto& [at, values] : points) {
                x.push_back(at);
                y.push_back(median_of_finite(values));
            }
            if (curves > 1)
                for (Trace& seed : seeds) panel.traces.push_back(std::move(seed));
            panel.traces.push_back({Kind::line, pen, {x, y}});
        });
    }

    /// How many of the values are not finite, said in the panel's title: a seed that diverged has no place on
    /// the axes, and must not vanish.
    void count_lost(const Numbers& values) {
        lost_ += static_cast<std::size_t>(
            std::count_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); }));
    }

    void against(Panel& panel, const json& layer) {
        const std::string name = layer.at("measured"), key = layer.at("x");
        each_word(layer, [&](const Runs& runs, const Pen& pen, std::size_t, std::size_t) {
            Numbers x, y, all_x, all_y;
            for (const json& at : distinct(runs, key)) {
                const Numbers values = values_of(with(runs, key, at), name);
                if (values.empty()) continue;
                count_lost(values);
                seeds_ = std::max(seeds_, values.size());
                x.push_back(at.get<double>());
                y.push_back(median_of_finite(values));
                for (const double v : values) {
                    all_x.push_back(x.back());
                    all_y.push_back(v);
                }
            }
            Pen dot = faint(pen, 0.6);
            dot.width = 1;
            for (const double at : x)
                if (std::find(panel.x_tics.begin(), panel.x_tics.end(), at) == panel.x_tics.end())
                    panel.x_tics.push_back(at);
            dots_ = true;
            if (all_x.size() > x.size()) panel.traces.push_back({Kind::points, dot, {all_x, all_y}});
            panel.traces.push_back({Kind::line, pen, {x, y}});
        });
    }

    void dots(Panel& panel, const json& layer) {
        const std::string name = layer.at("measured"), key = layer.at("x");
        const std::vector<json> places = distinct(fitting(results_, layer), key);
        for (const json& place : places) panel.x_names.push_back(style_of_word(place, 0).label);
        dots_ = true;
        each_word(layer, [&](const Runs& runs, const Pen& pen, std::size_t i, std::size_t n) {
            // Words side by side around each place; a word that has its place to itself stands in the middle.
            const bool own_place = layer.at("by") == layer.at("x");
            const double width = own_place ? 0.6 : 0.8 / static_cast<double>(n);
            const double shift =
                own_place ? 0 : (static_cast<double>(i) - static_cast<double>(n - 1) / 2) * width;
            Numbers x, y;
            for (std::size_t p = 0; p < places.size(); ++p) {
                const Numbers values = values_of(with(runs, key, places[p]), name);
                if (values.empty()) continue;
                count_lost(values);
                seeds_ = std::max(seeds_, values.size());
                const double center = static_cast<double>(p + 1) + shift, middle = median_of_finite(values);
                Pen bar = pen;
                bar.dash = "solid";
                panel.traces.push_back(
                    {Kind::line, bar, {{center - 0.4 * width, center + 0.4 * width}, {middle, middle}}});
                for (const double v : values) {
                    x.push_back(center);
                    y.push_back(v);
                }
            }
            Pen dot = pen;
            dot.width = 1;
            panel.traces.push_back({Kind::points, dot, {x, y}});
        });
        panel.x = {0.4, static_cast<double>(places.size()) + 0.6};
    }

    void map(Panel& panel, const json& layer) {
        const std::string name = layer.at("measured"), x_key = layer.at("x"), y_key = layer.at("y");
        const Runs runs = fitting(results_, layer);
        const std::vector<json> columns = distinct(runs, x_key), rows = distinct(runs, y_key);
        Trace cells{Kind::cells, {}, {{}, {}, {}}};
        std::vector<Numbers> found;
        for (std::size_t r = 0; r < rows.size(); ++r) {
            for (std::size_t c = 0; c < columns.size(); ++c) {
                cells.columns[0].push_back(static_cast<double>(c + 1));
                cells.columns[1].push_back(static_cast<double>(r + 1));
                found.push_back(values_of(with(with(runs, x_key, columns[c]), y_key, rows[r]), name));
                cells.columns[2].push_back(median_of_finite(found.back()));
            }
        }
        if (found.size() <= kMostWords)
            for (const Numbers& values : found) cells.words.push_back(words_of(values));
        for (const json& c : columns) panel.x_names.push_back(style_of_word(c, 0).label);
        for (const json& r : rows) panel.y_names.push_back(style_of_word(r, 0).label);
        panel.x = {0.5, static_cast<double>(columns.size()) + 0.5};
        panel.y = {0.5, static_cast<double>(rows.size()) + 0.5};
        panel.grid = false;
        panel.traces.push_back(std::move(cells));
    }

    /// The values of the maps as shades, from the least to the largest; panels of one y_group share them.
    /// What is no number counts as the largest.
    void shade() {
        std::map<int, Range> shared;
        const auto each_map = [&](auto f) {
            int own = -1;  // a group for each panel without one
            for (Panel& panel : figure_.panels) {
                const int group = panel.y_group != 0 ? panel.y_group : own--;
                for (Trace& trace : panel.traces)
                    if (trace.kind == Kind::cells) f(trace.columns[2], shared[group]);
            }
        };
        each_map([](const Numbers& values, Range& range) {
            for (const double v : values) range.add(v);
        });
        each_map([](Numbers& values, const Range& range) {
            for (double& v : values)
                v = !std::isfinite(v)        ? 1
                    : range.high > range.low ? (v - range.low) / (range.high - range.low)
                                             : 0;
        });
    }

    /// A cell's median over the finite values, with their range where they differ, and how many are not
    /// finite.
    static std::string words_of(const Numbers& values) {
        Range range;
        for (const double v : values)
            if (std::isfinite(v)) range.add(v);
        const std::size_t lost = static_cast<std::size_t>(
            std::count_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); }));
        if (range.empty()) return values.empty() ? "" : "nan";
        const std::string low = fmt::format("{:.3g}", range.low), high = fmt::format("{:.3g}", range.high);
        std::string words = fmt::format("{:.3g}", median_of_finite(values));
        if (low != high) words += fmt::format("\\n({} to {})", low, high);
        if (lost > 0) words += fmt::format("\\n{} nan", lost);
        return words;
    }

    /// The range of y, so that no seed's line leaves the axes, and the guides across.
    void finish(Panel& panel) {
        if (lost_ > 0) panel.title += fmt::format(" ({} runs diverged)", std::exchange(lost_, 0));
        Range x = range_of(panel, false), y;
        for (const Trace& trace : panel.traces) {
            if (trace.kind == Kind::cells) continue;
            for (const double v : trace.columns[1])
                if (!panel.y_log || v > 0) y.add(v);
        }
        for (const double at : guides_) {
            y.add(at);
            panel.traces.insert(panel.traces.begin(), {Kind::line, guide_pen(), {{x.low, x.high}, {at, at}}});
        }
        guides_.clear();
        if (panel.y.empty() && !y.empty()) panel.y = padded(y, panel.y_log, 0.05);
    }

    const json& results_;
    Figure figure_;
    std::size_t seeds_ = 0;
    bool dots_ = false;
    std::size_t lost_ = 0;
    Numbers guides_;
};

}  // namespace

std::vector<Figure> figures_in(const json& results) {
    try {
        std::vector<Figure> figures;
        for (const json& sheet : results.at("figures")) figures.push_back(Drawing(results, sheet).done());
        return figures;
    } catch (const json::exception& error) {
        throw Error(
            fmt::format("report: the results are not as the laboratory writes them: {}", error.what()));
    }
}

}  // namespace tapedeck::demos::lab
