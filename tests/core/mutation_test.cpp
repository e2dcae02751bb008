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

TEST_CASE("mutation: a row's softmax doesn't see the next row, however large that is") {
    Tape<float> tape;
    const auto x = tape.input(tensor({3, 2}, {0, 0, 1000, 1000, -1000, -1000}));
    check_near(softmax(x).value(), {0.5, 0.5, 0.5, 0.5, 0.5, 0.5}, 0);
}

TEST_CASE("mutation: an axis transposed with itself stays") {
    Tape<float> tape;
    const auto x = tape.variable(tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
    const auto y = transpose(x, 1, -1);
    CHECK(list(y.value()) == list(x.value()));
    tape.backward(y, tensor({2, 3}, {6, 5, 4, 3, 2, 1}));
    check_near(x.grad(), {6, 5, 4, 3, 2, 1}, 0);
}

TEST_CASE("mutation: a linear map of nothing is its bias, a map to nothing is empty") {
    Tape<float> tape;
    const auto x = tape.variable(Tensor<float>::from_shape({2, 0}));
    const auto bias = tape.variable(tensor({3}, {1, 2, 3}));
    const auto y = linear<float>(x, tape.variable(Tensor<float>::from_shape({3, 0})), bias);
    check_near(y.value(), {1, 2, 3, 1, 2, 3}, 0);
    tape.backward(sum(y));
    check_near(bias.grad(), {2, 2, 2}, 0);
    CHECK(linear<float>(x, tape.input(Tensor<float>::from_shape({0, 0}))).shape() == Shape{2, 0});
}

TEST_CASE("mutation: gather in more dimensions than a shape keeps inline") {
    Tape<float> tape;
    const auto x = tape.variable(tensor({1, 1, 2, 1, 2}, {1, 2, 3, 4}));
    const auto y = gather(x, 4, Tensor<std::size_t>{{{{{1, 1, 0}}, {{0, 0, 1}}}}});
    check_near(y.value(), {2, 2, 1, 3, 3, 4}, 0);
    tape.backward(sum(y));
    check_near(x.grad(), {1, 2, 2, 1}, 0);
}
