// Networks that read sequences: an RNN, and a convolution over the steps.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <tapedeck/core/random.hpp>
#include <tapedeck/layers/module.hpp>

#include "demos/data/dataset.hpp"

namespace tapedeck::demos {

/// A tanh cell with the norm inside ("cell"), read step by step, and a Linear on the last hidden state
/// ("head"); the hidden states are named "h1", "h2", … on the tape. The norm is one of rnn_norm's.
std::unique_ptr<Module<float>> make_rnn(const Dataset& data, std::size_t hidden, const std::string& norm,
                                        Random& rng);

/// Two convolutions along the steps, 3 wide, each with a norm and ReLU, then the mean over the steps. The
/// norms are add_norm's: "batch" over the batch and the steps of (N, C, L), the others over the channels at
/// each step.
std::unique_ptr<Module<float>> make_convolution(const Dataset& data, std::size_t channels,
                                                const std::string& norm, Random& rng);

}  // namespace tapedeck::demos
