// Linear: y = x W^T + b over any leading dimensions.
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/linear.hpp>

#include <algorithm>
#include <cmath>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

/// W = {{1, 2, 3}, {4, 5, 6}}, b = {10, -10}
Linear<float> known(LinearOptions options = {}) {
    Random rng(1);
    Linear<float> fc(3, 2, rng, options);
    fc.weight->value = tensor({2, 3}, {1, 2, 3, 4, 5, 6});
    if (fc.bias) fc.bias->value = tensor({2}, {10, -10});
    return fc;
}

}  // namespace

TEST_CASE("linear: values and gradients by hand") {
    auto fc = known();
    Tape tape;
    const auto x = tape.variable(tensor({2, 3}, {1, 0, -1, 2, 1, 0}));
    const auto y = fc(x);
    CHECK(y.shape() == Shape{2, 2});
    CHECK(list(y.value()) == std::vector<float>{8, -12, 14, 3});
    tape.backward(y, tensor({2, 2}, {1, 0, 10, -1}));
    CHECK(list(x.grad()) == std::vector<float>{1, 2, 3, 6, 15, 24});            // dy W
    CHECK(list(fc.weight->grad) == std::vector<float>{21, 10, -1, -2, -1, 0});  // dy^T x
    CHECK(list(fc.bias->grad) == std::vector<float>{11, -1});
}

TEST_CASE("linear: any leading dimensions, none included") {
    auto fc = known();
    Tape tape;
    const auto x = tape.variable(tensor({3}, {1, 0, -1}));
    const auto y = fc(x);
    CHECK(y.shape() == Shape{2});
    CHECK(list(y.value()) == std::vector<float>{8, -12});
    tape.backward(y, tensor({2}, {1, 1}));
    CHECK(list(x.grad()) == std::vector<float>{5, 7, 9});
    CHECK(list(fc.bias->grad) == std::vector<float>{1, 1});
    const auto deep = fc(tape.input(ones<float>({2, 1, 4, 3})));
    CHECK(deep.shape() == Shape{2, 1, 4, 2});
    CHECK(deep.value()(1, 0, 3, 0) == 16);
    CHECK(deep.value()(1, 0, 3, 1) == 5);
    CHECK(fc(tape.input(ones<float>({0, 3}))).shape() == Shape{0, 2});
}

TEST_CASE("linear: without a bias") {
    auto fc = known({.bias = false});
    CHECK_FALSE(fc.bias);
    CHECK(fc.parameters().size() == 1);
    Tape tape;
    CHECK(list(fc(tape.input(tensor({3}, {1, 0, -1}))).value()) == std::vector<float>{-2, -2});
}

TEST_CASE("linear: weight and bias are uniform in ±1/sqrt(in) at first") {
    Random rng(1);
    const Linear<double> fc(25, 400, rng);
    const double limit = 0.2;
    CHECK(fc.weight->value.shape() == Shape{400, 25});
    CHECK(fc.bias->value.shape() == Shape{400});
    for (const auto* p : {&*fc.weight, &*fc.bias}) {
        const auto [low, high] = std::minmax_element(p->value.begin(), p->value.end());
        CHECK(*low >= -limit);
        CHECK(*high < limit);
        CHECK(*low < -0.97 * limit);
        CHECK(*high > 0.97 * limit);
        double squares = 0;
        for (const double w : p->value) squares += w * w;
        // A uniform distribution's variance is limit^2 / 3.
        CHECK(squares / static_cast<double>(p->value.size()) ==
              doctest::Approx(limit * limit / 3).epsilon(0.15));
    }
    Random again(1);
    CHECK(list(Linear<double>(25, 400, again).weight->value) == list(fc.weight->value));
    Random other(1);  // float and double draw the same numbers
    CHECK(Linear<float>(25, 400, other).bias->value(7) == static_cast<float>(fc.bias->value(7)));
}

TEST_CASE("linear: sizes that don't fit") {
    Random rng(1);
    CHECK(says(error_text<ValueError>([&] { Linear<float>(0, 3, rng); }), {"Linear(0, 3)", "at least 1"}));
    CHECK_THROWS_AS(Linear<float>(3, 0, rng), ValueError);
    auto fc = known();
    Tape tape;
    CHECK(says(error_text<ShapeError>([&] {
                   fc(tape.input(ones<float>({2, 4})));
               }),
               {"linear (linear_test.cpp:", "x is (2, 4)", "weight is (2, 3)"}));
    CHECK_THROWS_AS(fc(tape.input(ones<float>({}))), ShapeError);
}
