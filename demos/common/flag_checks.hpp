// What the demos' command lines have in common: which values a flag takes, and one sentence for what is
// wrong.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace tapedeck::demos {

/// A whole number from low to high, written in digits alone.
CLI::Validator whole(std::uint64_t low, std::uint64_t high);

/// A number above 0 and up to high.
CLI::Validator positive(double high);

/// A number from low to high.
CLI::Validator between(double low, double high);

/// One of these words.
CLI::Validator one_of(const std::vector<std::string>& names);

/// Reads the command line. Throws FlagError; `program` is whose --help it names.
void parse_strictly(CLI::App& app, int argc, const char* const* argv, const std::string& program);

}  // namespace tapedeck::demos
