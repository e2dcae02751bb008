// What is to be drawn of the runs: which measurement, of which runs, in which way. No number stands here.
#pragma once

#include <string>
#include <vector>

#include "demos/lab/run.hpp"

namespace tapedeck::demos::lab {

enum class Way {
    curves,   ///< a series: each seed's faint, their median bold
    against,  ///< a value over a number of the configuration: each seed's points, their median as a line
    dots,     ///< a value for each word of the configuration: each seed a dot, their median a bar
    map,  ///< a value over two keys of the configuration, as shades: each cell the seeds' median, their range
          ///< written below; a map of many cells has no words: draw one of each seed beside it
};

/// One layer of a panel.
struct Layer {
    Way way = Way::curves;
    std::string measured;        ///< a series' name, or a value's
    std::string by = "norm";     ///< the key whose words get a pen each
    std::string x = {}, y = {};  ///< keys of the configuration: against, dots and map
    Config where = {};           ///< which runs; empty: all. {"seed", 3} is one seed's
};

struct Plot {
    std::string title = {}, x_label = {}, y_label = {};
    bool x_log = false, y_log = false;
    std::vector<Layer> layers = {};
    std::vector<double> guides = {};  ///< thin lines across, at these y
    /// Equal numbers (not 0): these panels share the range of y.
    int y_group = 0;
};

struct Sheet {
    std::string name;     ///< "loss-by-batch"
    std::string heading;  ///< "Loss by batch size"
    std::string hint;     ///< one sentence: what to look at
    std::vector<Plot> plots = {};
    std::size_t columns = 2;
    int panel_height = 290;  ///< pixels, for a width of 1000
};

}  // namespace tapedeck::demos::lab
