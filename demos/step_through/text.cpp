#include "demos/step_through/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace tapedeck::demos::step_through {
namespace {

constexpr std::string_view kMore = "…";

/// The first character of the text: its bytes and its code point; a single byte that is no UTF-8 is valid =
/// false.
struct Character {
    std::size_t bytes = 1;
    std::uint32_t point = 0;
    bool valid = false;
};

Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80) return {1, lead, true};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    if (bytes == 0 || lead > 0xF4 || text.size() < bytes) return {};
    std::uint32_t point = lead & (0x7Fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {};
        point = point << 6 | (byte(i) & 0x3F);
    }
    constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    if (point < kLeast[bytes] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return {};
    return {bytes, point, true};
}

bool within(std::uint32_t point, std::uint32_t first, std::uint32_t last) {
    return point >= first && point <= last;
}

std::size_t columns(std::uint32_t p) {
    if (within(p, 0x300, 0x36F) || within(p, 0x200B, 0x200F) || within(p, 0x20D0, 0x20FF) ||
        within(p, 0xFE00, 0xFE0F))
        return 0;  // marks that combine with what stands before them
    if (within(p, 0x1100, 0x115F) || within(p, 0x2E80, 0xA4CF) || within(p, 0xAC00, 0xD7A3) ||
        within(p, 0xF900, 0xFAFF) || within(p, 0xFE30, 0xFE6F) || within(p, 0xFF00, 0xFF60) ||
        within(p, 0x1F300, 0x1FAFF) || within(p, 0x20000, 0x3FFFD))
        return 2;
    return 1;
}

/// Calls f with each character and its columns, until it returns false.
template <class F>
void each_character(std::string_view text, F f) {
    while (!text.empty()) {
        const Character c = first_character(text);
        if (!f(text.substr(0, c.bytes), c, c.valid ? columns(c.point) : 1)) return;
        text.remove_prefix(c.bytes);
    }
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    each_character(text, [&](std::string_view, const Character&, std::size_t n) { return width += n, true; });
    return width;
}

std::string printable(std::string_view text) {
    std::string result;
    each_character(text, [&](std::string_view bytes, const Character& c, std::size_t) {
        const bool control = c.point < 0x20 || within(c.point, 0x7F, 0x9F);
        result += c.valid && !control ? bytes : std::string_view("?");
        return true;
    });
    return result;
}

std::string fit(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    if (width == 0) return "";
    std::string result;
    std::size_t used = 0;
    each_character(text, [&](std::string_view bytes, const Character&, std::size_t n) {
        if (used + n > width - 1) return false;
        result += bytes;
        used += n;
        return true;
    });
    return result.append(kMore);
}

std::string pad(std::string_view text, std::size_t width) {
    std::string result = fit(text, width);
    return result.append(width - std::min(width, display_width(result)), ' ');
}

std::string pad_left(std::string_view text, std::size_t width) {
    const std::string cut = fit(text, width);
    return std::string(width - std::min(width, display_width(cut)), ' ') + cut;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width, std::size_t indent) {
    std::vector<std::string> lines(1);
    const std::string margin(indent, ' ');
    bool fresh = true;  // nothing but the margin stands on the line
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' ', text.find_first_not_of(' ')), text.size());
        std::string_view word = text.substr(0, end);
        text.remove_prefix(end);
        if (!fresh && display_width(lines.back()) + display_width(word) > width) {
            lines.push_back(margin);
            fresh = true;
        }
        // Spaces count at the start of the text, where they are its margin.
        if (fresh && lines.size() > 1) word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
        lines.back() += word;
        lines.back() = fit(lines.back(), width);
        fresh = false;
    }
    return lines;
}

void say(Lines& lines, std::size_t width, std::string_view text, Look look) {
    const std::size_t margin = std::min(text.find_first_not_of(' '), text.size());
    for (std::string& line : wrap(text, width, margin + 2)) lines.push_back({std::move(line), look});
}

std::string number(double x) { return fmt::format("{:.4g}", x); }

std::string operand(double x) { return x < 0 ? fmt::format("({:.4g})", x) : number(x); }

std::string index_text(const Shape& at) {
    if (at.empty()) return "";
    std::string text = "[";
    for (const std::size_t i : at) text += fmt::format("{}{}", text.size() > 1 ? "," : "", i);
    return text.append("]");
}

Lines table(const Tensor<double>& x, std::size_t width, std::size_t rows) {
    constexpr std::size_t kCell = 11;
    Lines lines;
    if (x.size() == 0) return {{"  (no elements)"}};
    const std::size_t n = x.dimension() == 0 ? 1 : x.shape().back(), count = x.size() / n;
    const Shape leading(x.shape().begin(), x.shape().end() - (x.dimension() == 0 ? 0 : 1));
    const auto label = [&](std::size_t r) {
        return leading.empty() ? std::string() : index_text(unravel_index(r, leading));
    };
    const std::size_t margin = 2 + display_width(label(count - 1));
    const std::size_t fitting = width > margin ? (width - margin) / kCell : 0;
    const bool all = n <= fitting;
    const std::size_t shown = all ? n : std::max<std::size_t>(1, fitting) - (fitting > 1 ? 1 : 0);
    const std::size_t shown_rows = count <= rows ? count : std::max<std::size_t>(1, rows - 1);
    for (std::size_t r = 0; r < shown_rows; ++r) {
        std::string text = "  " + pad(label(r), margin - 2);
        for (std::size_t i = 0; i < shown; ++i) text += pad_left(number(x.storage()[r * n + i]), kCell);
        if (!all) text += fmt::format("  {}{}", kMore, n - shown);
        lines.push_back({fit(text, width)});
    }
    if (shown_rows < count)
        lines.push_back({fit(fmt::format("  {} {} more rows", kMore, count - shown_rows), width)});
    return lines;
}

}  // namespace tapedeck::demos::step_through
