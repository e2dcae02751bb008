// What no other test noticed when the code was changed on purpose, one place at a time (tests/mutation).
#include <cmath>

#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("mutation: with a momentum of 1 the running statistics are the last batch's") {
    BatchNorm<double> norm(1, {.momentum = 1});
    Tape<double> tape;
    norm(tape.input(tensor<double>({2, 1}, {4, 6})));
    check_near(norm.running->mean, {5});
    check_near(norm.running->var, {2});
}

TEST_CASE("mutation: the running mean of long rows far from zero is the true one") {
    constexpr std::size_t kLength = 4096;
    Random rng(test_seed(1));
    auto x = Tensor<float>::from_shape({1, 1, kLength});
    double mean = 0;
    for (float& v : x.storage()) {
        v = 1000 + static_cast<float>(rng.uniform());
        mean += static_cast<double>(v) / kLength;
    }
    InstanceNorm<float> norm(1, {.momentum = 1, .track_running_stats = true});
    Tape<float> tape;
    norm(tape.input(x));
    const float expected = static_cast<float>(mean);
    CHECK(norm.running->mean(0) >= std::nextafter(expected, 0.0F));
    CHECK(norm.running->mean(0) <= std::nextafter(expected, 2000.0F));
}

TEST_CASE("mutation: a module of another type that is assigned replaces the one that was there") {
    Random rng(1);
    Sequential<float> net, other;
    net.add("layer", Tanh<float>());
    other.add("layer", Sigmoid<float>());
    net = other;
    Tape<float> tape;
    CHECK(net(tape.input(ones<float>({2}))).entry().op() == "Sigmoid");
}
