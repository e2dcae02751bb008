// What a training step leaves on the tape and in the parameters, read off and noted down.
#pragma once

#include <tapedeck/core/tape.hpp>
#include <tapedeck/layers/module.hpp>

#include <string>
#include <vector>

#include "demos/compare_norms/run.hpp"

namespace tapedeck::demos::compare_norms {

/// Adds to a run what can be seen without another pass over any sample. At a point of measuring call
/// `before_update` between the reverse pass and the optimizer's step, `after_update` after it, then
/// `close_point`.
class Measurements {
  public:
    Measurements(Module<float>& network, Run& run) : network_(network), run_(run) {}

    /// Gradients, activations and statistics of the batch, as they stand on the tape.
    void before_update(const Tape<float>& tape);
    /// How far the weights moved.
    void after_update();
    /// gamma and beta; then whatever was not measured at this point gets a gap, so that all rows stay as
    /// long.
    void close_point();

  private:
    Module<float>& network_;
    Run& run_;
    std::vector<Tensor<float>> weights_before_;
};

}  // namespace tapedeck::demos::compare_norms
