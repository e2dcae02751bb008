// The command line of step_through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tapedeck::demos::step_through {

struct Flags {
    std::string model = "mlp";
    std::uint64_t seed = 1;
    std::optional<std::size_t> width;  ///< none: the terminal's columns; 80 where there is none
    std::string deck;                  ///< the HTML file to write; "" for none
};

/// Reads the command line. Returns the help text instead when it asks for it. @throws FlagError
struct ParsedFlags {
    Flags flags;
    std::optional<std::string> help;
};
ParsedFlags parse_flags(int argc, const char* const* argv);

}  // namespace tapedeck::demos::step_through
