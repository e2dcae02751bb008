// World: what a student has at hand when something goes wrong.
#pragma once

#include <string>
#include <tapedeck/tapedeck.hpp>
#include <vector>

namespace tapedeck::test {

/// Two models with their optimizers after one training step, and a tape with a second recording on it, in the
/// scopes model/layer, with a reverse pass that is paused halfway. Two worlds are the same to the bit.
template <class T>
struct World {
    Random rng{7};
    Sequential<T> net = made_net(rng);
    RNNCell<T> cell{3, 4, rng, {.norm = RNNNorm::batch_per_step, .steps = 3}};
    SGD<T> sgd{net.parameters(), {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01}};
    Adam<T> adam{cell.parameters(), {.lr = 0.01}};
    Parameter<T> gain{full<T>({3}, T(1.5)), "gain"};
    std::vector<Parameter<T>*> gains{&gain};

    Tape<T> other;  ///< a second tape
    Variable<T> foreign = other.variable(ones<T>({2, 3}), "foreign");
    Tape<T> tape;
    Variable<T> none;               ///< of no tape
    Variable<T> stale = trained();  ///< from before a rewind

    ScopeGuard outer = tape.scope("model");
    ScopeGuard inner = tape.scope("layer");
    Variable<T> data = tape.input(drawn({2, 3}), "data");
    Variable<T> x = tape.variable(drawn({2, 3}), "x");
    Variable<T> w = tape.variable(drawn({3, 2}), "w");
    Variable<T> v = tape.variable(drawn({4}), "v");
    Variable<T> number = tape.variable(Tensor<T>(T(2)), "number");
    Variable<T> block = tape.variable(drawn({2, 3, 4}), "block");
    Variable<T> empty = tape.variable(zeros<T>({0, 3}), "empty");
    Variable<T> read = tape.parameter(gain);
    Variable<T> h = cell(data);
    Variable<T> y = net(x * read + 1);
    Variable<T> loss = mean(square(y)) + sum(square(h)) * number;
    Playback<T> pass = paused();

    Tensor<T> drawn(const Shape& shape) { return uniform<T>(shape, 2, rng); }

    /// A training step of both models on a fresh recording.
    Variable<T> train() {
        tape.rewind();
        sgd.zero_grad();
        adam.zero_grad();
        const Variable<T> in = tape.input(drawn({4, 3}));
        const Variable<T> total = cross_entropy(net(in), {0, 1, 1, 0}) + mse_loss(cell(in, cell(in)), T(0.3));
        tape.backward(total);
        sgd.step();
        adam.step();
        return total;
    }

  private:
    static Sequential<T> made_net(Random& rng) {
        Sequential<T> net;
        net.named("net");
        net.add("fc1", Linear<T>(3, 4, rng)).add("bn", BatchNorm<T>(4)).add("act", Tanh<T>());
        net.add("ln", LayerNorm<T>(4)).add("drop", Dropout<T>(0.25, rng)).add("fc2", Linear<T>(4, 2, rng));
        return net;
    }
    Variable<T> trained() {
        const Variable<T> total = train();
        tape.rewind();
        return total;
    }
    Playback<T> paused() {
        auto started = tape.reverse(loss);
        started.until("act");
        return started;
    }
};

}  // namespace tapedeck::test
