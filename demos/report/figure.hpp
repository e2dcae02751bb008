// What a figure is, before anybody draws it: panels in a grid, each with its traces.
#pragma once

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "style.hpp"

namespace tapedeck::demos {

/// How a trace is drawn. What a terminal can't show (faint lines, bands, areas, images) is left out there.
enum class Kind { line, faint, band, points, crosses, area, image, cells, contour };

/// One set of data: columns of equal length (x and y; a band has x, low and high; an image, and cells, have
/// x, y and a value, which for cells is a shade in 0 … 1).
struct Trace {
    Kind kind = Kind::line;
    Pen pen;
    std::vector<std::vector<double>> columns;
    std::vector<std::string> words = {};  // cells: what is written in each; may be empty
};

struct Range {
    double low = std::numeric_limits<double>::infinity(), high = -low;

    bool empty() const { return !(low <= high); }
    void add(double value);
    void add(const Range& other);
};

/// One pair of axes; without traces its place stays empty. Panels of the same `y_group` (not 0) share the
/// range of y, so that they can be compared.
struct Panel {
    std::string title, x_label, y_label;
    std::vector<Trace> traces = {};
    bool x_log = false, y_log = false;
    int y_group = 0;
    Range x = {}, y = {};  // empty: fitted to the lines, not to the faint ones, so that one bad seed does not
                           // flatten the rest
    std::vector<double> x_tics = {};                      // empty: chosen by the range
    std::vector<std::string> x_names = {}, y_names = {};  // what stands at 1, 2, … in place of numbers
    bool grid = true;
};

struct LegendEntry {
    std::string label;
    Kind kind = Kind::line;
    Pen pen;
};

/// A figure with its words. Without panels, `hint` says what is missing.
struct Figure {
    std::string name;   // "fashion-mlp-loss": what redraw is asked for
    std::string title;  // with the task and the network
    std::string heading;
    std::string hint;  // one sentence: what to look at
    std::size_t columns = 2;
    int panel_height = 250;  // pixels, for a width of 1000
    std::vector<LegendEntry> legend = {};
    std::vector<Panel> panels = {};
    std::string section = {};  // the group's key; "" for the overview
};

}  // namespace tapedeck::demos
