// The loss and the accuracy of a network over a set of samples.
#pragma once

#include <tapedeck/core/tape.hpp>
#include <tapedeck/layers/module.hpp>

#include <vector>

#include "demos/compare_norms/run.hpp"
#include "demos/data/dataset.hpp"

namespace tapedeck::demos::compare_norms {

/// Cross entropy for a classification, mean squared error for a regression.
Variable<float> loss_of(const Dataset& data, const Variable<float>& output, const Batch& batch);

/// Runs the network over samples, a batch at a time, on a tape of its own.
class Evaluation {
  public:
    Evaluation(Module<float>& network, const Dataset& data);

    /// In eval mode, over the first `count` samples.
    Score score(const Split& split, std::size_t count, std::size_t batch);
    /// In train mode, where BatchNorm uses each batch's own statistics. The running ones are left as they
    /// were.
    Score train_mode_score(const Split& split, std::size_t count, std::size_t batch);
    /// The probability of class 1 over a grid around the training samples, which have two features.
    Boundary boundary();

  private:
    Score pass(const Split& split, std::size_t count, std::size_t batch);

    Module<float>& network_;
    const Dataset& data_;
    Tape<float> tape_;
    Batch batch_;
    std::vector<std::size_t> rows_;
};

}  // namespace tapedeck::demos::compare_norms
