// What the user can ask for, and how it is written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tapedeck/core/tensor.hpp>
#include <vector>

namespace tapedeck::demos::step_through {

enum class Verb {
    step,
    back,
    until,
    jump,
    start,
    end,
    forward,
    reverse,
    value,
    gradient,
    deposits,
    rule,
    check,
    list,
    other,
    answer,
    help,
    quit,
};

/// One letter, the word for it, what may follow, and what it does: the help's line.
struct Key {
    Verb verb;
    char letter;
    std::string_view word, argument, meaning;
};
const std::vector<Key>& keys();

/// A command that was understood, or one sentence that says why not.
struct Command {
    Verb verb = Verb::help;
    std::string entry;             ///< a name or a number, as written; "" is the playhead's
    std::optional<Shape> element;  ///< one index for each axis
    std::string problem;           ///< "" when it was understood
};

/// Reads "s", "step", "u norm", "j 5", "5", "e 7 0,1", "e [0,1]".
Command parse_command(std::string_view line);

/// "12", "#12": the number of an entry; nothing when it is none.
std::optional<std::size_t> entry_number(std::string_view text);

}  // namespace tapedeck::demos::step_through
