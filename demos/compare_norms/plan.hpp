// From flags to the list of trainings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "demos/compare_norms/flags.hpp"
#include "demos/compare_norms/names.hpp"
#include "demos/data/dataset.hpp"

namespace tapedeck::demos::compare_norms {

/// All that the norms have in common on one task and network.
struct Setting {
    Task task{};
    Network network{};
    Counts counts;
    std::size_t epochs = 1;
    std::size_t batch = 32;
    std::size_t points = 20;       // evaluations after the one before training
    double max_gradient_norm = 0;  // gradients are clipped to it; 0: not at all
    std::vector<std::size_t> hidden;
    std::vector<double> rates;

    /// A shorter last batch is left out: BatchNorm's statistics would be of fewer samples than it is trained
    /// for.
    std::size_t steps_per_epoch() const { return counts.train / batch; }
    std::size_t steps() const { return epochs * steps_per_epoch(); }
};

/// One training.
struct Job {
    std::size_t setting = 0;  // index into Plan::settings
    Norm norm{};
    std::uint64_t seed = 0;
    double rate = 0;
};

struct Plan {
    std::vector<Setting> settings;
    std::vector<Job> jobs;  // in the order of results.json: setting, norm, seed, rate
    /// In which order to train: all models' first seeds first, so that an interrupted comparison is a fair
    /// one.
    std::vector<std::size_t> order;
};

/// What a task takes where the flags say nothing.
Setting default_setting(Task task, Network network);

/// Throws FlagError when the flags don't go together.
Plan make_plan(const Flags& flags);

/// The folder to read Fashion-MNIST from.
std::filesystem::path fashion_folder(const Flags& flags);

/// Settles which tasks to train where the flags leave it open. Returns a sentence for the user when the
/// answer is not the usual one, else an empty text.
std::string choose_tasks(Flags& flags);

}  // namespace tapedeck::demos::compare_norms
