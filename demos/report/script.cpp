// The script for gnuplot that draws a figure: data blocks, then a legend and a grid of panels.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>

#include "draw.hpp"
#include "gnuplot.hpp"
#include "range.hpp"
#include "script.hpp"

namespace tapedeck::demos {
namespace {

constexpr int right = 16, title_height = 36, panel_top = 32, panel_bottom = 58;

bool shown(const Trace& trace, Medium medium) {
    if (trace.columns.empty() || trace.columns[0].empty()) return false;
    if (medium != Medium::terminal) return true;
    return trace.kind != Kind::faint && trace.kind != Kind::band && trace.kind != Kind::area &&
           trace.kind != Kind::image && trace.kind != Kind::cells;
}

std::string write_data(Script& s, const Trace& trace) {
    const std::string name = fmt::format("$d{}", s.blocks++);
    s.line("{} << EOD", name);
    const auto& columns = trace.columns;
    const bool grid = trace.kind == Kind::image || trace.kind == Kind::contour;
    const bool has_words = trace.kind == Kind::cells && !trace.words.empty();
    for (std::size_t i = 0; i < columns[0].size(); ++i) {
        if (grid && i > 0 && columns[1][i] != columns[1][i - 1]) s.text += '\n';  // a new row of the grid
        for (const auto& column : columns)
            std::isfinite(column[i]) ? fmt::format_to(std::back_inserter(s.text), "{:.6g} ", column[i])
                                     : fmt::format_to(std::back_inserter(s.text), "NaN ");
        if (has_words) s.text += '"' + trace.words[i] + '"';
        s.text += '\n';
    }
    s.line("EOD");
    if (trace.kind != Kind::contour) return name;
    s.line("set contour base\nunset surface\nset cntrparam levels discrete 0.5\nset table $c{}", s.blocks);
    s.line("splot {} using 1:2:3\nunset table\nunset contour\nset surface", name);
    return fmt::format("$c{}", s.blocks++);
}

void write_start(Script& s, int width, int height) {
    switch (s.medium) {
        case Medium::svg:
            s.line(
                "set terminal svg size {},{} dynamic noenhanced font 'sans-serif,14' background rgb 'white'",
                width, height);
            break;
        case Medium::png:
            s.line("set terminal pngcairo size {},{} noenhanced font 'sans-serif,11' background rgb 'white'",
                   width, height);
            break;
        case Medium::terminal:
            s.line("set terminal dumb size 118,{} noenhanced", std::max(20, height / 15));
            break;
    }
    s.line("set encoding utf8\nset datafile missing 'NaN'\nunset colorbox\nset cbrange [0:1]");
}

void write_axis(Script& s, char axis, Range range, bool log, const std::string& label,
                const std::string& own_tics = "") {
    s.line("set {}range [{:.8g}:{:.8g}]", axis, range.low, range.high);
    s.line("set {}label {} offset 0,{}", axis, quoted(label), axis == 'x' ? "0.3" : "0");
    s.line("{}set logscale {}", log ? "" : "un", axis);
    if (const std::string tics = own_tics.empty() && log ? log_tics(range) : own_tics; !tics.empty())
        s.line("set {}tics ({}) nomirror scale 0.5 textcolor rgb '#222222'", axis, tics);
    else if (axis == 'x' && s.figure.columns > 2)  // gnuplot's own choice runs together in a narrow panel
        s.line("set xtics {:g} nomirror scale 0.5 textcolor rgb '#222222'", tic_step(range, 4));
    else
        s.line("set {}tics autofreq nomirror scale 0.5 textcolor rgb '#222222'", axis);
    s.line("set format {} '%g'", axis);
}

/// 'BatchNorm' 1, 'LayerNorm' 2
std::string named_tics(const std::vector<std::string>& names) {
    std::string tics;
    for (std::size_t i = 0; i < names.size(); ++i)
        tics += fmt::format("{}{} {}", i == 0 ? "" : ",", quoted(names[i]), i + 1);
    return tics;
}

/// The space for the labels and tick marks of y: names take more of it than numbers.
int left_of(const Figure& figure) {
    std::size_t longest = 0;
    for (const Panel& panel : figure.panels)
        for (const std::string& name : panel.y_names) longest = std::max(longest, name.size());
    return std::max(92, 30 + 9 * static_cast<int>(longest));
}

struct Box {
    double left, right, top, bottom;  // shares of the picture, from the lower left
};

const char* title_font(Medium medium) {
    switch (medium) {
        case Medium::svg:
            return "font 'sans-serif:Bold,16'";
        case Medium::png:
            return "font 'sans-serif:Bold,13'";
        case Medium::terminal:
            return "";
    }
    return "";
}

/// Whether a panel beyond the first column has a label of y to show.
bool own_y_labels(const Figure& figure) {
    for (std::size_t i = 1; i < figure.panels.size(); ++i)
        if (i % figure.columns != 0 && figure.panels[i].y_label != figure.panels[i - 1].y_label) return true;
    return false;
}

Box box_of(const Script& s, std::size_t index, int top_band, int height) {
    const int left = left_of(s.figure);
    const auto columns = static_cast<double>(s.figure.columns);
    const double gap = own_y_labels(s.figure) ? left + 8 : 56;
    const double width = (page_width - left - right - gap * (columns - 1)) / columns;
    const auto column = static_cast<double>(index % s.figure.columns),
               row = static_cast<double>(index / s.figure.columns);
    const double x = left + column * (width + gap), y = top_band + row * s.figure.panel_height;
    return {x / page_width, (x + width) / page_width, 1 - (y + panel_top) / height,
            1 - (y + s.figure.panel_height - panel_bottom) / height};
}

void write_panel(Script& s, std::size_t index, const Range& y, const std::vector<std::string>& data,
                 const Box& box) {
    const Panel& panel = s.figure.panels[index];
    const auto same = [&](std::size_t other, std::string Panel::*label) {
        return other < s.figure.panels.size() && s.figure.panels[other].*label == panel.*label;
    };
    // A label that the panel below or to the left shows already is left out.
    const bool x_repeated = same(index + s.figure.columns, &Panel::x_label);
    const bool y_repeated = index % s.figure.columns != 0 && same(index - 1, &Panel::y_label);
    s.line("set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}", box.left, box.right);
    s.line("set tmargin at screen {:.5f}\nset bmargin at screen {:.5f}", box.top, box.bottom);
    s.line("set title {} offset 0,-0.4", quoted(panel.title));
    const Range x =
        panel.x.empty() ? padded(range_of(panel, false), panel.x_log, panel.x_log ? 0.08 : 0.0) : panel.x;
    write_axis(s, 'x', x, panel.x_log, x_repeated ? "" : panel.x_label,
               panel.x_names.empty() ? fmt::format("{:g}", fmt::join(panel.x_tics, ","))
                                     : named_tics(panel.x_names));
    const bool own_place = s.medium != Medium::terminal && !y_repeated;
    write_axis(s, 'y', y, panel.y_log, own_place || y_repeated ? "" : panel.y_label,
               named_tics(panel.y_names));
    // gnuplot moves the label of y away from wide tick marks, off the page in the end; so it gets a fixed
    // place.
    if (own_place)
        s.line("set label 2 {} at screen {:.5f},{:.5f} center rotate by 90", quoted(panel.y_label),
               box.left - (left_of(s.figure) - 13.0) / page_width, (box.top + box.bottom) / 2);
    else
        s.line("unset label 2");
    s.line("{}", panel.grid && s.medium != Medium::terminal
                     ? "set grid back lt 1 lc rgb '#e4e4e4' lw 1 dt solid"
                     : "unset grid");
    const bool shaded = std::any_of(panel.traces.begin(), panel.traces.end(),
                                    [](const Trace& trace) { return trace.kind == Kind::cells; });
    // Light enough everywhere for the numbers in the cells, and in order when printed in grey.
    s.line("set palette defined ({})",
           shaded ? "0 '#ffffff', 0.5 '#b9d3ea', 1 '#6fa3d0'" : "0 '#d9c3e3', 0.5 '#f7f7f7', 1 '#bfe3bb'");
    s.text += "plot ";
    bool first = true;
    for (std::size_t t = 0; t < panel.traces.size(); ++t) {
        const Trace& trace = panel.traces[t];
        if (data[t].empty()) continue;
        const bool three = trace.kind == Kind::band || trace.kind == Kind::image || trace.kind == Kind::cells;
        const char* columns = three ? "1:2:3" : "1:2";
        s.text += fmt::format("{}{} using {} {} notitle", first ? "" : ", \\\n", data[t], columns,
                              style_of(trace.kind, trace.pen));
        if (trace.kind == Kind::cells && !trace.words.empty())
            s.text += fmt::format(", \\\n{} using 1:2:4 with labels font 'sans-serif,12' notitle", data[t]);
        first = false;
    }
    s.line("{}", first ? "NaN notitle" : "");
}

/// The range of y of every panel: its own, or its group's.
std::vector<Range> y_ranges(const Figure& figure) {
    std::map<int, Range> shared;
    for (const Panel& panel : figure.panels)
        if (panel.y_group != 0) shared[panel.y_group].add(panel.y.empty() ? range_of(panel, true) : panel.y);
    std::vector<Range> result;
    for (const Panel& panel : figure.panels) {
        const Range fitted = panel.y_group != 0 ? shared[panel.y_group] : range_of(panel, true);
        result.push_back(panel.y.empty()      ? padded(fitted, panel.y_log, 0.05)
                         : panel.y_group != 0 ? fitted
                                              : panel.y);
    }
    return result;
}

}  // namespace

std::string script_of(const Figure& figure, Medium medium, bool with_title) {
    Script s{figure, medium, "reset\n"};
    const int title_band = with_title ? title_height : 0, top = title_band + legend_height(figure);
    const int height = top + static_cast<int>(s.rows()) * figure.panel_height;
    write_start(s, page_width, height);
    std::vector<std::vector<std::string>> data;
    for (const Panel& panel : figure.panels) {
        auto& names = data.emplace_back();
        for (const Trace& trace : panel.traces)
            names.push_back(shown(trace, medium) ? write_data(s, trace) : "");
    }
    s.line("set multiplot");
    if (with_title)
        s.line("set label {} at screen 0.5,{:.5f} center {}", quoted(figure.title), 1 - 22.0 / height,
               title_font(medium));
    write_legend(s, title_band, height);
    const std::vector<Range> y = y_ranges(figure);
    for (std::size_t i = 0; i < figure.panels.size(); ++i)
        if (!figure.panels[i].traces.empty()) write_panel(s, i, y[i], data[i], box_of(s, i, top, height));
    s.line("unset multiplot\nset output");
    return s.text;
}

}  // namespace tapedeck::demos
