// The one table of colours and dashes: a norm looks the same in every figure.
#pragma once

#include <string>
#include <string_view>

namespace tapedeck::demos {

/// How a line is drawn: "#rrggbb", gnuplot's dash pattern, width, and the number that picks its letter on a
/// terminal.
struct Pen {
    std::string color = "#000000";
    std::string dash = "solid";
    double width = 1;
    int letter = 1;
};

/// How a norm is called, ordered and drawn.
struct NormStyle {
    std::string label;
    int order = 0;
    Pen pen;
};

/// The style of a norm by its key ("none", "batch", ...); a norm outside the table is black, under its own
/// key.
NormStyle norm_style(std::string_view key);

/// "fashion" -> "Fashion-MNIST", "rnn" -> "RNN"; a name outside the table stays as it is.
std::string title_of(std::string_view key);

/// The same inside a sentence: "the adding problem", "an RNN".
std::string phrase_of(std::string_view key);

/// A pen for one seed: the same colour mixed with white (`share` of it stays), thin.
Pen faint(const Pen& pen, double share = 0.38);

/// Black thin dashes, for guides.
Pen guide_pen();

}  // namespace tapedeck::demos
