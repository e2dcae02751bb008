// A session at a terminal: single keys, and the tape redrawn after each.
#pragma once

#include <cstddef>
#include <optional>

#include "demos/step_through/session.hpp"

namespace tapedeck::demos::step_through {

struct KeyboardOptions {
    std::optional<std::size_t> width;  ///< none: the terminal's
    bool draws = true;                 ///< false: no escape codes; answers are appended, nothing is redrawn
};

/// Until q, Ctrl-D or the terminal's end.
void run_keyboard(Session& session, const KeyboardOptions& options);

}  // namespace tapedeck::demos::step_through
