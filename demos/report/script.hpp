// A script for gnuplot while it is written.
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <utility>

#include "draw.hpp"
#include "figure.hpp"

namespace tapedeck::demos {

constexpr int page_width = 1000;  // pixels; heights are in the same unit

struct Script {
    const Figure& figure;
    Medium medium;
    std::string text;
    int blocks = 0;

    /// Appends a command.
    template <class... A>
    void line(fmt::format_string<A...> format, A&&... arguments) {
        fmt::format_to(std::back_inserter(text), format, std::forward<A>(arguments)...);
        text += '\n';
    }
    std::size_t rows() const { return (figure.panels.size() + figure.columns - 1) / figure.columns; }
};

/// gnuplot's words for a kind of trace in a pen: "with lines lc rgb ...".
std::string style_of(Kind kind, const Pen& pen);

/// The height of the legend's band, 0 without a legend.
int legend_height(const Figure& figure);

/// Draws the legend in its own band, `top` pixels below the picture's upper edge, so that it never lies over
/// data.
void write_legend(Script& script, int top, int height);

}  // namespace tapedeck::demos
