#include "demos/step_through/find_entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tapedeck/core/stepping.hpp>

#include "demos/step_through/command.hpp"
#include "demos/step_through/text.hpp"
#include "demos/step_through/view.hpp"

namespace tapedeck::demos::step_through {

Found find_entry(const Player& player, const std::string& text) {
    const auto& tape = player.tape();
    if (text.empty()) return {player.here() ? player.here() : player.last(), ""};
    if (const auto n = entry_number(text)) {
        if (*n < tape.size()) return {n, ""};
        return {std::nullopt, fmt::format("There is no entry #{}: they are #0 … #{}.", *n, tape.size() - 1)};
    }
    std::string path = text;
    std::replace(path.begin(), path.end(), '.', '/');
    std::vector<std::size_t> operations, leaves;
    for (const auto& entry : tape) {
        if (answers_to(entry, text) || place(entry) == path)
            (entry.is_leaf() ? leaves : operations).push_back(entry.index());
    }
    const auto& meant = operations.empty() ? leaves : operations;  // a norm rather than its weight
    const std::string name = fit(printable(text), 24);
    if (meant.empty())
        return {std::nullopt, fmt::format("No entry is called \"{}\", and no operation or scope; l all lists "
                                          "the tape.",
                                          name)};
    if (meant.size() == 1) return {meant[0], ""};
    std::string numbers;
    for (const std::size_t i : meant) numbers += fmt::format("{}#{}", numbers.empty() ? "" : ", ", i);
    return {std::nullopt,
            fmt::format("\"{}\" may be any of {}: give the number of the one that you mean.", name, numbers)};
}

}  // namespace tapedeck::demos::step_through
