// From figures to pictures: the scripts for gnuplot, and what comes back.
#pragma once

#include <string>
#include <vector>

#include "figure.hpp"

namespace tapedeck::demos {

enum class Medium { svg, png, terminal };

/// The commands and data that make gnuplot draw one figure to its standard output.
std::string script_of(const Figure& figure, Medium medium, bool with_title);

/// Draws one figure; throws Error when gnuplot is missing or fails.
std::string draw(const Figure& figure, Medium medium);

/// Draws figures as SVG elements for one page, in their order, by two processes side by side.
std::vector<std::string> draw_for_page(const std::vector<Figure>& figures);

/// One of gnuplot's SVG documents, tidied for a page: no ids that clash, no tooltips, no empty groups, a
/// label for those who can't see it.
std::string tidy_svg(const std::string& document, const Figure& figure);

}  // namespace tapedeck::demos
