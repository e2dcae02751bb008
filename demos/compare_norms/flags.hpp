// The command line of compare_norms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "demos/compare_norms/names.hpp"

namespace tapedeck::demos::compare_norms {

/// What the user asked for. What is left open has a default of its own for each task (see plan.hpp).
struct Flags {
    std::vector<Task> tasks;  // empty: Fashion-MNIST where it is installed, else the generated tasks
    std::vector<Network> networks{Network::mlp, Network::rnn};
    std::vector<Norm> norms{Norm::none, Norm::batch, Norm::layer};
    std::size_t seeds = 5;
    std::uint64_t first_seed = 1;
    std::size_t points = 20;
    std::optional<std::size_t> epochs, batch, train, validation, test;
    std::optional<std::vector<std::size_t>> hidden, rnn_hidden;
    std::optional<std::vector<double>> rates;

    std::size_t threads = 0;  // 0: as many as there are cores
    std::optional<std::filesystem::path> data;
    std::filesystem::path out = "out/compare_norms";
    bool report = true;
    bool resume = false;
    std::optional<std::filesystem::path> deck;
};

/// Reads the command line. Returns the help text instead when it asks for it. Throws FlagError.
struct ParsedFlags {
    Flags flags;
    std::optional<std::string> help;
};
ParsedFlags parse_flags(int argc, const char* const* argv);

/// The flags that decide what is measured, for results.json: threads and paths are the machine's business.
nlohmann::json to_json(const Flags& flags);

}  // namespace tapedeck::demos::compare_norms
