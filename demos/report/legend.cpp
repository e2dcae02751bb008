// The legend of a figure, in a band of its own above the panels.
#include <algorithm>
#include <array>
#include <vector>

#include "gnuplot.hpp"
#include "script.hpp"

namespace tapedeck::demos {
namespace {

// Shapes by the pen's letter, so that points are told apart in grey too.
constexpr std::array shapes{6, 6, 9, 7, 5, 13, 11, 3, 2};

constexpr double sample = 42, row_height = 22, margin = 8;

/// gnuplot doesn't tell how wide a text will be: about so many pixels in the 14 pixel sans-serif.
double width_of(const LegendEntry& entry) {
    const auto letters =
        std::count_if(entry.label.begin(), entry.label.end(), [](char c) { return (c & 0xC0) != 0x80; });
    return sample + 9 + 7.7 * static_cast<double>(letters) + 24;
}

std::vector<std::vector<const LegendEntry*>> rows_of(const Figure& figure) {
    std::vector<std::vector<const LegendEntry*>> rows(1);
    double x = 0;
    for (const LegendEntry& entry : figure.legend) {
        if (x + width_of(entry) > page_width - 20 && !rows.back().empty()) {
            rows.emplace_back();
            x = 0;
        }
        rows.back().push_back(&entry);
        x += width_of(entry);
    }
    return rows;
}

bool is_area(Kind kind) { return kind == Kind::area || kind == Kind::band; }

void write_entry(Script& s, const LegendEntry& entry, double x, double y, double height) {
    const auto at = [&](double dx, double dy) {
        return fmt::format("screen {:.5f},{:.5f}", (x + dx) / page_width, 1 - (y + dy) / height);
    };
    const std::string style = style_of(entry.kind, entry.pen).substr(std::string_view("with ").size());
    if (is_area(entry.kind))
        s.line("set object rectangle from {} to {} fc rgb '{}' fs transparent solid {} noborder", at(0, 6),
               at(sample, -6), entry.pen.color, entry.kind == Kind::area ? 0.3 : 0.16);
    else if (style.substr(0, 6) == "points")
        s.line("set label '' at {} point {}", at(sample / 2 + 6, 0), style.substr(7));
    else
        s.line("set arrow from {} to {} nohead {}", at(0, 0), at(sample, 0),
               style.substr(std::string_view("lines ").size()));
    s.line("set label {} at {} left", quoted(entry.label), at(sample + 9, 0));
}

// On a terminal a line is told by its letter, which only gnuplot's own key shows.
void write_key(Script& s, double y) {
    s.line("set key at screen 0.5,{:g} center horizontal Left reverse samplen 2", y);
    s.text += "plot NaN notitle";
    for (const LegendEntry& entry : s.figure.legend)
        if (entry.kind == Kind::line || entry.kind == Kind::points || entry.kind == Kind::crosses)
            s.text +=
                fmt::format(", keyentry {} title {}", style_of(entry.kind, entry.pen), quoted(entry.label));
    s.line("\nunset key");
}

}  // namespace

std::string style_of(Kind kind, const Pen& pen) {
    const std::string lines =
        fmt::format("with lines lt {} lc rgb '{}' lw {:g} dt {}", pen.letter, pen.color, pen.width, pen.dash);
    const auto shape = shapes[static_cast<std::size_t>(pen.letter) % shapes.size()];
    switch (kind) {
        case Kind::line:
        case Kind::faint:
        case Kind::contour:
            return lines;
        case Kind::band:
            return fmt::format("with filledcurves lc rgb '{}' fs transparent solid 0.16 noborder", pen.color);
        case Kind::area:
            return fmt::format("with filledcurves y=0 lc rgb '{}' fs transparent solid 0.3 noborder",
                               pen.color);
        case Kind::points:
            return fmt::format("with points pt {} ps {:g} lw 1.4 lc rgb '{}'", shape, pen.width, pen.color);
        case Kind::crosses:
            return fmt::format("with points pt 2 ps {:g} lw 2 lc rgb '{}'", pen.width, pen.color);
        case Kind::image:
            return "with image";
        case Kind::cells:
            return "with image pixels";
    }
    return lines;
}

int legend_height(const Figure& figure) {
    return figure.legend.empty()
               ? 0
               : static_cast<int>(2 * margin + row_height * static_cast<double>(rows_of(figure).size()));
}

void write_legend(Script& s, int top, int height) {
    s.line("unset key\nunset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]");
    if (s.medium == Medium::terminal) {
        write_key(s, 1 - (top + legend_height(s.figure) / 2.0) / height);
    } else {
        double y = top + margin + row_height / 2;
        for (const auto& row : rows_of(s.figure)) {
            double width = -24;
            for (const LegendEntry* entry : row) width += width_of(*entry);
            double x = (page_width - width) / 2;
            for (const LegendEntry* entry : row) {
                write_entry(s, *entry, x, y, height);
                x += width_of(*entry);
            }
            y += row_height;
        }
        s.line("plot NaN notitle");  // labels are drawn with a plot
    }
    s.line("unset arrow\nunset label\nunset object\nset border 3 lc rgb '#444444'");
}

}  // namespace tapedeck::demos
