// The reverse pass: gradients, contributions, repetition, and what it refuses.
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/playback.hpp>
#include <tapedeck/core/tape.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("reverse: not computed, zero, assigned and accumulated look different") {
    Tape tape;
    const auto x = tape.variable(tensor({2}, {1, 2}), "x");
    const auto unused = tape.variable(tensor({2}, {1, 2}), "unused");
    const auto zero = tape.variable(tensor({2}, {1, 2}), "zero");
    const auto data = tape.input(ones<float>({2}), "data");
    const auto loss = sum(x * x + zero * 0 + data);
    for (const auto& v : {x, unused, zero, loss}) CHECK_FALSE(v.has_grad());
    tape.backward(loss);
    CHECK(x.entry().contributions() == 2);
    CHECK(list(x.grad()) == std::vector<float>{2, 4});
    CHECK(zero.entry().contributions() == 1);
    CHECK(list(zero.grad()) == std::vector<float>{0, 0});
    CHECK(unused.entry().contributions() == 0);
    CHECK_FALSE(unused.has_grad());
    CHECK(loss.entry().contributions() == 1);
    CHECK(loss.grad()() == 1);
    CHECK_FALSE(data.has_grad());
    CHECK(says(error_text<StaleVariableError>([&] { static_cast<void>(unused.grad()); }),
               {"entry #1", "\"unused\"", "no gradient", "no reverse pass has reached it"}));
    CHECK(says(error_text<StaleVariableError>([&] { static_cast<void>(data.grad()); }),
               {"\"data\"", "it is data"}));
}

TEST_CASE("reverse: twice over one tape gives the same again, not twice as much") {
    Tape tape;
    const auto x = tape.variable(tensor({2}, {1, 2}));
    const auto y = x * x + x;
    const auto loss = sum(y);
    for (int round = 0; round < 3; ++round) {
        tape.backward(loss);
        CHECK(list(x.grad()) == std::vector<float>{3, 5});
        CHECK(x.entry().contributions() == 3);
        CHECK(y.entry().contributions() == 1);
    }
}

TEST_CASE("reverse: a second loss starts afresh, with what only the first reached") {
    Tape tape;
    const auto a = tape.variable(tensor({}, {2}));
    const auto b = tape.variable(tensor({}, {5}));
    const auto first = a * b;
    const auto second = square(b);
    tape.backward(first);
    CHECK(a.grad()() == 5);
    tape.backward(second);
    CHECK_FALSE(a.has_grad());
    CHECK_FALSE(first.has_grad());
    CHECK(b.grad()() == 10);
}

TEST_CASE("reverse: from the middle of the tape") {
    Tape tape;
    const auto x = tape.variable(tensor({}, {3}));
    const auto middle = square(x);
    const auto end = middle * 100;
    tape.backward(middle);
    CHECK(x.grad()() == 6);
    CHECK_FALSE(end.has_grad());
    tape.backward(end);
    CHECK(x.grad()() == 600);
    tape.backward(x);  // a leaf is a loss as well
    CHECK(x.grad()() == 1);
}

TEST_CASE("reverse: from any y with a cotangent") {
    Tape tape;
    const auto x = tape.variable(tensor({2, 2}, {1, 2, 3, 4}));
    const auto y = square(x);
    tape.backward(y, tensor({2, 2}, {1, 0, -1, 10}));
    CHECK(list(x.grad()) == std::vector<float>{2, 0, -6, 80});
    CHECK(list(y.grad()) == std::vector<float>{1, 0, -1, 10});
    // A cotangent of zeros reaches x all the same.
    tape.backward(y, zeros<float>({2, 2}));
    CHECK(x.has_grad());
    CHECK(list(x.grad()) == std::vector<float>{0, 0, 0, 0});
}

TEST_CASE("reverse: refuses a loss of several elements, and a cotangent of another shape") {
    Tape tape;
    const auto x = tape.variable(ones<float>({2, 3}));
    const auto y = square(x);
    CHECK(says(error_text<ShapeError>([&] { tape.backward(y); }),
               {"entry #1, Square", "reverse_test.cpp:", "(2, 3)", "one element", "cotangent"}));
    CHECK(says(error_text<ShapeError>([&] {
                   tape.backward(y, ones<float>({3, 2}));
               }),
               {"Square", "(3, 2)", "(2, 3)"}));
    CHECK_FALSE(x.has_grad());
    tape.backward(y, ones<float>({2, 3}));
    // A refused pass leaves the gradients of the last one.
    CHECK_THROWS_AS(tape.backward(y), ShapeError);
    CHECK(list(x.grad()) == std::vector<float>(6, 2));
}

TEST_CASE("reverse: refuses a loss with nothing upstream that wants a gradient") {
    Tape tape;
    const auto x = tape.input(ones<float>({}));
    CHECK(says(error_text<StaleVariableError>([&] { tape.backward(square(x)); }),
               {"Square", "no variable and no parameter"}));
    const auto v = tape.variable(ones<float>({}));
    Variable<float> y;
    {
        const auto paused = tape.pause();
        y = square(v);
    }
    CHECK(says(error_text<StaleVariableError>([&] { tape.backward(y); }), {"Square", "paused"}));
}

TEST_CASE("reverse: no gradient flows through what was recorded while paused") {
    Tape tape;
    const auto x = tape.variable(tensor({}, {3}));
    Variable<float> y;
    {
        const auto paused = tape.pause();
        CHECK(tape.paused());
        { const auto nested = tape.pause(); }
        CHECK(tape.paused());
        y = square(x);
    }
    CHECK_FALSE(tape.paused());
    CHECK(y.item() == 9);
    CHECK_FALSE(y.entry().needs_grad());
    tape.backward(y * x);
    CHECK(x.grad()() == 9);
    CHECK_FALSE(y.has_grad());
}

TEST_CASE("reverse: detach keeps the value and cuts the gradient") {
    Tape tape;
    const auto x = tape.variable(tensor({}, {3}));
    const auto cut = detach(square(x));
    CHECK(cut.item() == 9);
    CHECK_FALSE(tape.paused());
    tape.backward(cut * x);
    CHECK(x.grad()() == 9);
    CHECK(x.entry().contributions() == 1);
    CHECK(
        says(error_text<StaleVariableError>([&] { static_cast<void>(cut.grad()); }), {"Detach", "detached"}));
}

TEST_CASE("reverse: a broadcast operand gets the sum") {
    Tape tape;
    const auto x = tape.variable(ones<float>({2, 3}));
    const auto row = tape.variable(tensor({3}, {1, 2, 3}));
    const auto column = tape.variable(tensor({2, 1}, {10, 20}));
    const auto scalar = tape.variable(tensor({}, {5}));
    tape.backward(sum((x * row - column) * scalar));
    CHECK(list(x.grad()) == std::vector<float>{5, 10, 15, 5, 10, 15});
    CHECK(list(row.grad()) == std::vector<float>{10, 10, 10});
    CHECK(column.grad().shape() == Shape{2, 1});
    CHECK(list(column.grad()) == std::vector<float>{-15, -15});
    CHECK(scalar.grad().shape() == Shape{});
    CHECK(scalar.grad()() == 12 - 90);
}

TEST_CASE("reverse: a gradient that an addition passes on is shared until another arrives") {
    Tape<double> tape;
    const auto x = tape.variable(tensor<double>({2}, {1, 2})), y = tape.variable(tensor<double>({2}, {3, 4}));
    const auto z = x + y, d = z - x, loss = sum(z * d);  // d = y
    tape.backward(loss);
    // dL/dz = d + z, all of which goes to y; x gets -z besides.
    CHECK(list(z.grad()) == std::vector<double>{7, 10});
    CHECK(&y.grad() == &z.grad());
    CHECK(list(x.grad()) == std::vector<double>{3, 4});
    CHECK(&x.grad() != &z.grad());

    const auto twice = sum(x + x);
    tape.backward(twice);
    CHECK(list(x.grad()) == std::vector<double>{2, 2});
    // Another pass begins anew, at an entry whose gradient was shared.
    const auto one = tape.variable(tensor<double>({1}, {5}));
    const auto next = one + 1.0;
    tape.backward(next);
    tape.backward(one);
    CHECK(list(one.grad()) == std::vector<double>{1});
    CHECK_FALSE(next.entry().has_grad());
    tape.backward(loss);
    CHECK(list(z.grad()) == std::vector<double>{7, 10});
    CHECK(list(x.grad()) == std::vector<double>{3, 4});
    // What steps does not share, so that a step can be taken back.
    auto playback = tape.reverse(loss);
    while (playback.step()) {
    }
    CHECK(&y.grad() != &z.grad());
    CHECK(list(y.grad()) == list(z.grad()));
    while (playback.back()) {
    }
    playback.finish();
    CHECK(list(x.grad()) == std::vector<double>{3, 4});
}
