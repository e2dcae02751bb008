// Text for a terminal: how wide it is, cut to a width, wrapped, and numbers and tensors as text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tapedeck/core/tensor.hpp>
#include <vector>

namespace tapedeck::demos::step_through {

/// How a line is shown where there is colour.
enum class Look { plain, faint, strong, playhead, good, bad };

/// A line of output, without a line feed.
struct Line {
    std::string text;
    Look look = Look::plain;
};
using Lines = std::vector<Line>;

/// How many columns a terminal gives to this UTF-8.
std::size_t display_width(std::string_view text);
/// The text with control characters and what is no UTF-8 replaced by '?': what somebody typed, for printing.
std::string printable(std::string_view text);
/// The text, cut to `width` columns; then it ends in "…".
std::string fit(std::string_view text, std::size_t width);
/// The text in exactly `width` columns: cut, or filled with spaces on the right or on the left.
std::string pad(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);
/// The text on lines of at most `width` columns, broken at spaces; all but the first are indented.
std::vector<std::string> wrap(std::string_view text, std::size_t width, std::size_t indent = 2);
/// Appends the text, wrapped.
void say(Lines& lines, std::size_t width, std::string_view text, Look look = Look::plain);

/// Four significant digits.
std::string number(double x);
/// The same as an operand of a formula: a negative number in parentheses.
std::string operand(double x);
/// "[0,1]"; "" for a scalar.
std::string index_text(const Shape& at);
/// "tensor of (6, 5)", row by row; what does not fit into `width` columns or `rows` lines is left out, with
/// "…" in its place.
Lines table(const Tensor<double>& x, std::size_t width, std::size_t rows);

}  // namespace tapedeck::demos::step_through
