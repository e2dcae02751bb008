// A copied model gives the same bits, and then goes its own way.
#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"
#include "subjects.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

template <class T>
Sequential<T> model(const std::string& norm, std::size_t in, std::size_t hidden, Random& rng) {
    Sequential<T> net;
    if (norm == "weight")
        net.add("fc1", WeightNorm<T>(Linear<T>(in, hidden, rng)));
    else
        net.add("fc1", Linear<T>(in, hidden, rng));
    if (norm == "batch") net.add("norm", BatchNorm<T>(hidden));
    if (norm == "layer") net.add("norm", LayerNorm<T>(hidden));
    if (norm == "rms") net.add("norm", RMSNorm<T>(hidden));
    if (norm == "group") net.add("norm", GroupNorm<T>(2, hidden));
    net.add("act", Tanh<T>());
    net.add("drop", Dropout<T>(0.2, rng));
    net.add("fc2", Linear<T>(hidden, 3, rng));
    return net;
}

/// Everything that a model is: parameters, their gradients, buffers.
template <class T>
std::vector<std::vector<T>> contents(Sequential<T>& net) {
    std::vector<std::vector<T>> all;
    for (const auto* p : net.parameters()) {
        all.push_back(list(p->value));
        all.push_back(list(p->grad));
    }
    for (const auto& [name, buffer] : net.named_buffers()) all.push_back(list(*buffer));
    return all;
}

/// Some steps of training; the losses.
template <class T>
std::vector<T> train(Sequential<T>& net, const Tensor<T>& x, const std::vector<std::size_t>& classes) {
    Adam<T> adam(net.parameters(), {.lr = 0.01});
    Tape<T> tape;
    std::vector<T> losses;
    for (int step = 0; step < 5; ++step) {
        tape.rewind();
        adam.zero_grad();
        const auto loss = cross_entropy(net(tape.input(x)), classes);
        tape.backward(loss);
        adam.step();
        losses.push_back(loss.item());
    }
    return losses;
}

}  // namespace

TEST_CASE_TEMPLATE("copies: a copy gives the same bits, then trains apart, and the original repeats it", T,
                   float, double) {
    const std::uint64_t seed = test_seed(51);
    CAPTURE(seed);
    Random rng(seed);
    for (const std::string norm : {"none", "batch", "layer", "rms", "group", "weight"}) {
        CAPTURE(norm);
        for (int round = 0; round < 8; ++round) {
            const std::size_t n = 3 + rng.below(9), in = 1 + rng.below(8), hidden = 2 * (2 + rng.below(6));
            Sequential<T> net = model<T>(norm, in, hidden, rng);
            const Tensor<T> x = normal<T>({n, in}, rng);
            std::vector<std::size_t> classes;
            for (std::size_t i = 0; i < n; ++i) classes.push_back(rng.below(3));
            train(net, x, classes);  // statistics, gradients and masks are those of a model in use

            Sequential<T> copy = net;
            const auto before = contents(net);
            CHECK(contents(copy) == before);
            const auto losses = train(copy, x, classes);
            CHECK(contents(net) == before);
            CHECK(contents(copy) != before);
            CHECK(train(net, x, classes) == losses);
            CHECK(contents(net) == contents(copy));

            copy.eval();
            CHECK(net.is_training());
            Tape<T> tape;
            const auto y = list(copy(tape.input(x)).value());
            net.eval();
            CHECK(list(net(tape.input(x)).value()) == y);
            net.train();
            copy = net;  // and by assignment
            CHECK(copy.is_training());
            CHECK(contents(copy) == contents(net));
        }
    }
}
