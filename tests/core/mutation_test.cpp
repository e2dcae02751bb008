// What no other test noticed when the code was changed on purpose, one place at a time (tests/mutation).
#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("mutation: a product over nothing is zero, also where other numbers stood before") {
    Tape<float> tape;
    matmul(tape.input(tensor({2, 1}, {1, 2})), tape.input(tensor({1, 3}, {1, 2, 3})));
    tape.rewind();
    const auto y =
        matmul(tape.input(Tensor<float>::from_shape({2, 0})), tape.input(Tensor<float>::from_shape({0, 3})));
    check_near(y.value(), {0, 0, 0, 0, 0, 0}, 0);
}

TEST_CASE("mutation: a channel whose variance overflows beside a mean that is larger still") {
    Tape<double> tape;
    const double mean = 1e307, step = 1e295;
    const auto x = tape.input(tensor<double>({4, 1}, {mean, mean + step, mean + 2 * step, mean + 3 * step}));
    const auto y = batch_norm<double>(x, nullptr, {}, {}, {});
    check_near(y.value(), {-1.3416408, -0.4472136, 0.4472136, 1.3416408}, 1e-4);
}
