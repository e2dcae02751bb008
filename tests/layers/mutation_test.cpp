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
