// The training loop of the laboratory.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include <tapedeck/core/deck/deck.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/core/tape.hpp>
#include <tapedeck/layers/module.hpp>
#include <tapedeck/optim/optimizer.hpp>

#include "demos/data/dataset.hpp"

namespace tapedeck::demos::lab {

/// "sgd" or "adam". @throws Error for another name.
std::unique_ptr<Optimizer<float>> make_optimizer(const std::string& name, Module<float>& net, double lr);

/// The samples of a split in random order, a batch at a time, epoch after epoch; a last batch that is not
/// full is passed over.
class Batches {
  public:
    Batches(const Dataset& data, const Split& split, std::size_t batch, Random& rng)
        : data_(data), split_(split), batch_size_(batch), rng_(rng) {}
    /// Good until the next call.
    const Batch& next();

  private:
    const Dataset& data_;
    const Split& split_;
    std::size_t batch_size_, at_ = 0;
    Random& rng_;
    std::vector<std::size_t> order_;
    Batch batch_;
};

struct TrainOptions {
    std::size_t steps = 300, batch = 32;
    double lr = 1e-3;
    /// The learning rate of each step, the first being 1, in place of lr.
    std::function<double(std::size_t step)> rate = {};
    std::string optimizer = "adam";
    double max_gradient_norm = 0;  ///< 0: not clipped
    /// Called after the reverse pass of each step, the first being 1, and before the optimizer's; loss.tape()
    /// holds the step.
    std::function<void(std::size_t step, Variable<float> loss)> watch = {};
};

/// Trains, on cross entropy or mean squared error as the data are, and gives the last step's loss; infinity,
/// at once, when a loss is not finite. `rng` draws the order of the samples.
double train(Module<float>& net, const Dataset& data, Random& rng, const TrainOptions& options);

/// Trains, and adds the tapes of steps 1, 10 and 100 to the deck, under this name.
void train_for_deck(Deck<float>& deck, const std::string& name, Module<float>& net, const Dataset& data,
                    Random& rng, TrainOptions options);

}  // namespace tapedeck::demos::lab
