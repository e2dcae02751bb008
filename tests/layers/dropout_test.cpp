// Dropout: the masks, their scale, and when there are none.
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/activation.hpp>

#include <cmath>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("dropout: keeps a share of 1-p, scaled by 1/(1-p), in value and gradient") {
    Random rng(1);
    Dropout<float> dropout(0.2, rng);
    Tape tape;
    const auto x = tape.variable(full<float>({10000}, 3));
    const auto y = dropout(x);
    tape.backward(sum(y));
    int kept = 0;
    for (std::size_t i = 0; i < 10000; ++i) {
        const float value = y.value()(i);
        REQUIRE((value == 0 || value == doctest::Approx(3.75)));
        REQUIRE(x.grad()(i) == (value == 0 ? 0 : 1.25F));
        kept += value != 0 ? 1 : 0;
    }
    CHECK(std::abs(kept - 8000) < 250);  // six standard deviations
}

TEST_CASE("dropout: in eval mode it is not even recorded") {
    Random rng(1);
    Dropout<float> dropout(0.5, rng);
    dropout.eval();
    Tape tape;
    const auto x = tape.input(ones<float>({10}));
    CHECK(dropout(x).index() == x.index());
    dropout.train();
    CHECK(dropout(x).index() != x.index());
}

TEST_CASE("dropout: p = 0 keeps all, p = 1 nothing") {
    Random rng(1);
    Dropout<float> none(0, rng), all(1, rng);
    Tape tape;
    const auto x = tape.variable(tensor({3}, {1, 2, 3}));
    CHECK(list(none(x).value()) == std::vector<float>{1, 2, 3});
    const auto y = all(x);
    CHECK(list(y.value()) == std::vector<float>{0, 0, 0});
    tape.backward(sum(y));
    CHECK(list(x.grad()) == std::vector<float>{0, 0, 0});
}

TEST_CASE("dropout: draws a new mask at each call, copies draw the same ones") {
    Random rng(1);
    Dropout<float> dropout(0.5, rng);
    Dropout<float> copy = dropout;
    Tape tape;
    const auto x = tape.input(ones<float>({100}));
    const auto first = list(dropout(x).value());
    const auto second = list(dropout(x).value());
    CHECK(first != second);
    CHECK(list(copy(x).value()) == first);
    CHECK(list(copy(x).value()) == second);
    Dropout<float> other(0.5, rng);  // forked later
    CHECK(list(other(x).value()) != first);
    Random same(1);
    CHECK(list(Dropout<float>(0.5, same)(x).value()) == first);
}

TEST_CASE("dropout: p is a probability") {
    Random rng(1);
    CHECK(says(error_text<ValueError>([&] { Dropout<float>(-0.1, rng); }), {"Dropout: p is -0.1", "0 … 1"}));
    CHECK_THROWS_AS(Dropout<float>(1.1, rng), ValueError);
    CHECK_THROWS_AS(Dropout<float>(std::nan(""), rng), ValueError);
}
