// Commands from any input, one a line, and the answers in plain text.
#pragma once

#include <istream>
#include <ostream>

#include "demos/step_through/session.hpp"

namespace tapedeck::demos::step_through {

struct ScriptOptions {
    std::size_t width = 80;
    bool echo = true;  ///< whether the commands are printed, which a terminal does by itself
};

/// Reads commands until q or the end of the input. No escape codes are written.
void run_script(Session& session, std::istream& in, std::ostream& out, const ScriptOptions& options);

}  // namespace tapedeck::demos::step_through
