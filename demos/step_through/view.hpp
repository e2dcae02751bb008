// The tape as a list, with the playhead.
#pragma once

#include <string>

#include "demos/step_through/player.hpp"
#include "demos/step_through/text.hpp"

namespace tapedeck::demos::step_through {

/// "norm/weight": where the entry was recorded, and its name.
std::string place(const Entry<double>& entry);
/// "#7 Tanh (act)"
std::string label(const Entry<double>& entry);
/// The length of a tensor as a vector; of a single number the number itself.
std::string size_text(const Tensor<double>& x);

/// "reverse half, 3 of 8 steps; next: #7 Tanh (act)"
std::string status(const Player& player);
/// The tape with a line of headings, at most `rows` lines, around the playhead. ">" is what runs next, "+"
/// what the last step handed something on to.
Lines tape_view(const Player& player, std::size_t width, std::size_t rows);

}  // namespace tapedeck::demos::step_through
