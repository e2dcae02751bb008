// The command line that all demos of the laboratory have.
#pragma once

#include <optional>
#include <string>

#include "demos/lab/experiment.hpp"

namespace tapedeck::demos::lab {

struct ParsedSettings {
    Settings settings;
    std::optional<std::string> help;  ///< what to print in place of running
};

/// @throws FlagError
ParsedSettings parse_settings(int argc, const char* const* argv, const Demo& demo);

}  // namespace tapedeck::demos::lab
