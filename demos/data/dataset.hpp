// Samples in memory, and how a batch of them is put together for a network.
#pragma once

#include <tapedeck/core/tensor.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace tapedeck::demos {

/// Samples of `steps * features` numbers each, with a class label or a target number.
struct Split {
    std::size_t count = 0;
    std::vector<float> x;
    std::vector<std::size_t> labels;
    std::vector<float> targets;
};

/// How many samples of each kind a task takes.
struct Counts {
    std::size_t train = 0;
    std::size_t validation = 0;
    std::size_t test = 0;
};

/// A task's samples in three parts. With `classes` above zero it is a classification, else a regression.
struct Dataset {
    std::size_t steps = 1;
    std::size_t features = 1;
    std::size_t classes = 0;
    Split train, validation, test;
};

/// The samples of one training step.
struct Batch {
    Tensor<float> x;  // (N, steps * features)
    std::vector<std::size_t> labels;
    Tensor<float> targets;  // (N, 1), as a network with one output gives
};

/// Copies the samples `rows` of `split` into `batch`, whose memory is used again.
void fill(Batch& batch, const Dataset& data, const Split& split, std::span<const std::size_t> rows);

}  // namespace tapedeck::demos
