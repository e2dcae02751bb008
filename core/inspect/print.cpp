#include <tapedeck/core/inspect/print.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <tapedeck/core/ops/instantiate.hpp>

namespace tapedeck {
namespace {

constexpr std::size_t kColumns = 8;
using Row = std::array<std::string, kColumns>;

/// Scaled, so that squares don't leave the range.
template <class T>
double norm(const Tensor<T>& x) {
    double largest = 0, squares = 0;
    for (const T v : x) largest = std::max(largest, std::abs(static_cast<double>(v)));
    for (const T v : x) {
        if (std::isnan(v)) return std::nan("");
        if (std::isfinite(largest) && largest > 0)
            squares += (static_cast<double>(v) / largest) * (static_cast<double>(v) / largest);
    }
    return std::isfinite(largest) && largest > 0 ? largest * std::sqrt(squares) : largest;
}

template <class T>
std::string gradient(const Entry<T>& entry) {
    if (!entry.needs_grad()) return ".";
    if (!entry.has_grad()) return "-";
    const std::string text = fmt::format("{:.3g}", norm(entry.grad()));
    return entry.contributions() > 1 ? fmt::format("{} x{}", text, entry.contributions()) : text;
}

template <class T>
Row row(const Entry<T>& entry) {
    return {
        fmt::format("#{}", entry.index()),
        entry.name().empty() ? std::string(entry.op()) : fmt::format("{} \"{}\"", entry.op(), entry.name()),
        to_text(entry.value().shape()),
        fmt::format("{}", fmt::join(entry.inputs(), " ")),
        fmt::format("{:.3g}", norm(entry.value())),
        gradient(entry),
        std::string(entry.scope()),
        entry.where().known() ? entry.where().text() : ""};
}

}  // namespace

template <class T>
std::string to_text(const Tape<T>& tape) {
    std::vector<Row> rows{{"#", "operation", "shape", "reads", "|value|", "|grad|", "scope", "line"}};
    for (const Entry<T>& entry : tape) rows.push_back(row(entry));
    std::array<std::size_t, kColumns> width{};
    for (const Row& r : rows)
        for (std::size_t c = 0; c < kColumns; ++c) width[c] = std::max(width[c], r[c].size());
    std::string text;
    for (const Row& r : rows) {
        std::string line;
        for (std::size_t c = 0; c < kColumns; ++c) line += fmt::format("{:{}}  ", r[c], width[c]);
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    }
    return text;
}

template <class T>
void print(const Tape<T>& tape) {
    fmt::print("{}", to_text(tape));
}

#define INSTANTIATE(T)                            \
    template std::string to_text(const Tape<T>&); \
    template void print(const Tape<T>&);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
