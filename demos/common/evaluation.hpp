// The loss and the accuracy of a network over a set of samples.
#pragma once

#include <tapedeck/core/tape.hpp>
#include <tapedeck/layers/module.hpp>

#include <limits>
#include <vector>

#include "demos/data/dataset.hpp"

namespace tapedeck::demos {

/// Puts a module's buffers and mode back as they were.
class KeepState {
  public:
    explicit KeepState(Module<float>& module);
    ~KeepState();
    KeepState(const KeepState&) = delete;
    KeepState& operator=(const KeepState&) = delete;

  private:
    Module<float>& module_;
    bool training_;
    std::vector<Tensor<float>> kept_;
};

/// What is not measured is nan: the accuracy of a regression.
struct Score {
    double loss = std::numeric_limits<double>::quiet_NaN(), accuracy = loss;
};

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

  private:
    Score pass(const Split& split, std::size_t count, std::size_t batch);

    Module<float>& network_;
    const Dataset& data_;
    Tape<float> tape_;
    Batch batch_;
    std::vector<std::size_t> rows_;
};

}  // namespace tapedeck::demos
