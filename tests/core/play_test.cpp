// Playing a recorded program again: new data, side effects or none.
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/tape.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("play: set gives a leaf new data, and play carries them through") {
    Tape tape;
    const auto x = tape.input(tensor({2}, {1, 2}));
    const auto w = tape.variable(tensor({2}, {3, 4}));
    const auto loss = sum(x * w);
    tape.backward(loss);
    tape.set(x, tensor({2}, {10, 20}));
    CHECK(says(error_text<StaleVariableError>([&] { tape.backward(loss); }), {"tape.set()", "tape.play()"}));
    CHECK(loss.item() == 11);  // still the old one
    tape.play();
    CHECK(loss.item() == 110);
    CHECK_FALSE(w.has_grad());  // a play's values have no gradient yet
    tape.backward(loss);
    CHECK(list(w.grad()) == std::vector<float>{10, 20});
    tape.set(w, tensor({2}, {0, 1}));
    tape.play(frozen);
    CHECK(loss.item() == 20);
    CHECK(tape.size() == 4);
}

TEST_CASE("play: data of another batch size") {
    Tape tape;
    const auto x = tape.input(ones<float>({4, 2}));
    const auto w = tape.variable(tensor({2, 1}, {1, 2}));
    const auto y = matmul(x, w);
    const auto loss = sum(y);
    tape.backward(loss);
    tape.set(x, ones<float>({2, 2}));
    tape.play();
    CHECK(y.shape() == Shape{2, 1});
    tape.backward(loss);
    CHECK(list(w.grad()) == std::vector<float>{2, 2});
}

TEST_CASE("play: only leaves that hold data take new ones") {
    Tape tape;
    Parameter<float> p(ones<float>({2}), "p");
    const auto x = tape.input(ones<float>({2}));
    const auto read = tape.parameter(p);
    const auto y = x * read;
    CHECK(says(error_text<ValueError>([&] { tape.set(y, ones<float>({2})); }),
               {"Multiply", "only a leaf", "tape.input or tape.variable"}));
    CHECK_THROWS_AS(tape.set(read, zeros<float>({2})), ValueError);
    CHECK(list(p.value) == std::vector<float>{1, 1});
    CHECK_NOTHROW(tape.set(x, zeros<float>({2})));
}

TEST_CASE("play: reads the parameters' present numbers") {
    Tape tape;
    Parameter<float> p(tensor({}, {3}), "p");
    const auto loss = square(tape.parameter(p));
    p.value() = 5;
    p.changed();
    CHECK_THROWS_AS(tape.backward(loss), StaleVariableError);
    tape.play();
    CHECK(loss.item() == 25);
    tape.backward(loss);
    CHECK(p.grad() == 10);
}

TEST_CASE("play: dropout's mask is drawn anew, and kept when frozen") {
    Tape tape;
    Random rng(1);
    const auto x = tape.variable(ones<float>({200}));
    const auto y = dropout(x, 0.5, rng);
    const auto first = list(y.value());
    const auto state = rng.state();
    tape.play(frozen);
    CHECK(list(y.value()) == first);
    CHECK(rng.state() == state);
    tape.play();
    CHECK(list(y.value()) != first);
    CHECK(rng.state() != state);
    const auto second = list(y.value());
    tape.play(frozen);  // the last run's mask, not the first's
    CHECK(list(y.value()) == second);
    tape.backward(sum(y));
    CHECK(list(x.grad()) == second);  // of ones: mask and gradient are the same numbers
}

TEST_CASE("play: a kept mask fits only data of its shape") {
    Tape tape;
    Random rng(1);
    const auto x = tape.variable(ones<float>({4}));
    const auto y = dropout(x, 0.5, rng);
    tape.set(x, ones<float>({1}));
    CHECK(
        says(error_text<ShapeError>([&] { tape.play(frozen); }), {"dropout (", "x is (1)", "(4)", "play()"}));
    tape.play();
    CHECK(y.shape() == Shape{1});
}

TEST_CASE("play: batch_norm's running statistics are updated, and left alone when frozen") {
    Tape tape;
    RunningStatistics<float> running(1);
    const auto x = tape.variable(tensor({2, 1}, {0, 2}));
    batch_norm(x, &running);
    CHECK(running.mean(0) == doctest::Approx(0.1));
    CHECK(running.batches() == 1);
    tape.play(frozen);
    CHECK(running.mean(0) == doctest::Approx(0.1));
    CHECK(running.batches() == 1);
    tape.play();
    CHECK(running.mean(0) == doctest::Approx(0.19));
    CHECK(running.batches() == 2);
}

TEST_CASE("play: cross_entropy and gather keep their indices") {
    Tape tape;
    auto logits = tape.variable(tensor({2, 2}, {0, 0, 0, 0}));
    Variable<float> loss, picked;
    {
        const std::vector<std::size_t> targets{0, 1};
        loss = cross_entropy(logits, targets);
        Tensor<std::size_t> index = Tensor<std::size_t>::from_shape({2, 1});
        index.storage()[0] = 1;
        index.storage()[1] = 0;
        picked = gather(logits, 1, index);
    }
    tape.set(logits, tensor({2, 2}, {50, 0, 7, 57}));
    tape.play();
    CHECK(loss.item() == doctest::Approx(0));
    CHECK(list(picked.value()) == std::vector<float>{0, 7});
}

TEST_CASE("play: a rewind forgets that data were set") {
    Tape tape;
    auto x = tape.variable(ones<float>({}));
    tape.set(x, zeros<float>({}));
    tape.rewind();
    x = tape.variable(ones<float>({}));
    CHECK_NOTHROW(tape.backward(square(x)));
}

TEST_CASE("play: one that throws half-way does not let backward through") {
    Tape tape;
    const auto x = tape.variable(ones<float>({2, 3}));
    const auto y = square(x);
    const auto loss = sum(reshape(y, {3, 2}));
    tape.set(x, ones<float>({4, 5}));
    CHECK_THROWS_AS(tape.play(), ShapeError);
    CHECK_THROWS_AS(tape.backward(loss), Error);
    // through a parameter
    Tape two;
    Parameter<float> p(ones<float>({2}), "p");
    const auto z = sum(two.parameter(p) * two.input(ones<float>({2})));
    p.value = ones<float>({5});
    p.changed();
    CHECK_THROWS_AS(two.play(), ShapeError);
    CHECK_THROWS_AS(two.backward(z), Error);
}

TEST_CASE("parameter: another shape, played again") {
    Tape tape;
    Parameter<float> p(ones<float>({2}), "p");
    const auto z = sum(square(tape.parameter(p)));
    p.value = ones<float>({500});
    p.changed();
    tape.play();
    tape.backward(z);
    CHECK(p.grad.shape() == Shape{500});
}
