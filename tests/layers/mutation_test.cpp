// What no other test noticed when the code was changed on purpose, one place at a time (tests/mutation).
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

TEST_CASE("mutation: the part of a mean that a float has no digits for counts in its own direction") {
    InstanceNorm<float> norm(1, {.momentum = 1, .track_running_stats = true});
    Tape<float> tape;
    norm(tape.input(tensor({1, 1, 3}, {16777216, 16777216, 16777218})));
    CHECK(norm.running->mean(0) == 16777216);  // of 16777216 2/3; below it, floats have odd numbers as well
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
