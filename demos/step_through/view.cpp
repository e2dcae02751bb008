#include "demos/step_through/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tapedeck::demos::step_through {
namespace {

std::string gradient_text(const Player& player, const Entry<double>& entry) {
    if (player.expected(entry.index()) == 0) return "";
    return entry.contributions() == 0 ? "." : size_text(entry.grad());
}

/// "1/4": of four gradients that are added up one has come.
std::string parts_text(const Player& player, const Entry<double>& entry) {
    const std::size_t expected = player.expected(entry.index());
    return expected < 2 ? "" : fmt::format("{}/{}", entry.contributions(), expected);
}

/// Where there is little room, columns go: first got, then the shape, then the value.
std::string row(std::size_t width, std::string_view mark, std::string_view index, std::string_view op,
                std::string_view in, std::string_view shape, std::string_view value,
                std::string_view gradient, std::string_view parts) {
    constexpr std::size_t kMark = 2, kIndex = 5, kOp = 13, kIn = 8, kShape = 10, kNumber = 11, kParts = 5;
    std::size_t left = width - std::min(width, kMark + kIndex + kOp + kIn + kNumber);
    const auto take = [&left](std::size_t columns) {
        return left >= columns ? (left -= columns, columns) : 0;
    };
    const std::size_t value_columns = take(kNumber), shape_columns = take(kShape),
                      parts_columns = take(kParts);
    return fit(pad(mark, kMark) + pad_left(index, kIndex - 1) + " " + pad(op, kOp - 1) + " " +
                   pad(in, kIn + left - 1) + " " + pad(shape, shape_columns) +
                   pad_left(value, value_columns) + pad_left(gradient, kNumber) +
                   pad_left(parts, parts_columns),
               width);
}

Line line_of(const Player& player, std::size_t i, std::size_t width, const std::vector<std::size_t>& got) {
    const Entry<double>& entry = player.tape()[i];
    const bool here = player.here() == i;
    const bool yet_to_come = player.half() == Half::forward && !player.has_value(i);
    const bool received = std::find(got.begin(), got.end(), i) != got.end();
    const std::string_view mark = here ? (received ? ">+" : ">") : received ? "+" : "";
    const bool ran =
        player.runs(i) &&
        (player.half() == Half::forward ? player.has_value(i) : !player.here() || i > *player.here());
    const Look look = here ? Look::playhead : ran || received ? Look::strong : Look::plain;
    const std::string in = place(entry);
    return {row(width, mark, fmt::format("#{}", i), entry.op(), in.empty() ? entry.where().text() : in,
                to_text(entry.value().shape()), yet_to_come ? "." : size_text(entry.value()),
                gradient_text(player, entry), parts_text(player, entry)),
            entry.is_leaf() && mark.empty() ? Look::faint : look};
}

}  // namespace

std::string place(const Entry<double>& entry) {
    if (entry.name().empty()) return std::string(entry.scope());
    return entry.scope().empty() ? std::string(entry.name())
                                 : fmt::format("{}/{}", entry.scope(), entry.name());
}

std::string label(const Entry<double>& entry) {
    const std::string in = place(entry);
    return in.empty() ? fmt::format("#{} {}", entry.index(), entry.op())
                      : fmt::format("#{} {} ({})", entry.index(), entry.op(), in);
}

std::string size_text(const Tensor<double>& x) {
    if (x.size() == 1) return number(x.storage()[0]);
    double sum = 0;
    for (const double v : x.storage()) sum += v * v;
    return number(std::sqrt(sum));
}

std::string status(const Player& player) {
    const bool forward = player.half() == Half::forward;
    std::string text = fmt::format("{} half, {} of {} steps", forward ? "forward" : "reverse", player.steps(),
                                   player.length());
    if (player.here()) return text + "; next: " + label(player.tape()[*player.here()]);
    return text + (forward ? "; every value is there" : "; every gradient is there");
}

Lines tape_view(const Player& player, std::size_t width, std::size_t rows) {
    const std::size_t n = player.tape().size();
    std::vector<std::size_t> got;
    for (const auto& c : player.deposits()) got.push_back(c.to);
    Lines lines{{row(width, "", "#", "operation", "in", "shape", "|value|", "|grad|", "got"), Look::faint}};
    rows = std::max<std::size_t>(rows, 4) - 1;
    std::size_t first = 0, last = n;
    if (n > rows) {
        // At an end of a pass the playhead stands beyond the tape's end, or before its beginning.
        const std::size_t middle = player.here().value_or(player.half() == Half::forward ? n - 1 : 0);
        rows -= rows > 3 ? 2 : 0;  // for what is left out above and below
        first = std::min(middle > rows / 2 ? middle - rows / 2 : 0, n - rows);
        last = first + rows;
    }
    if (first > 0) lines.push_back({fit(fmt::format("       … {} before these", first), width), Look::faint});
    for (std::size_t i = first; i < last; ++i) lines.push_back(line_of(player, i, width, got));
    if (last < n)
        lines.push_back({fit(fmt::format("       … {} after these", n - last), width), Look::faint});
    return lines;
}

}  // namespace tapedeck::demos::step_through
