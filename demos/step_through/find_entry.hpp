// Which entry a user means.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "demos/step_through/player.hpp"

namespace tapedeck::demos::step_through {

/// An entry, or one sentence that says why there is none.
struct Found {
    std::optional<std::size_t> entry;
    std::string problem;
};

/// By number, or by the name, operation or scope that Playback::until goes by, or "fc1/weight". "" is the
/// playhead's: what runs next; at the end what ran last.
Found find_entry(const Player& player, const std::string& text);

}  // namespace tapedeck::demos::step_through
