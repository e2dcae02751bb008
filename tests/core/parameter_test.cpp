// Parameters on tapes: read in place, one entry each, whatever tapes, copies and moves do.
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/playback.hpp>
#include <tapedeck/core/tape.hpp>

#include <optional>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("parameter: read twice, one entry, in place") {
    Tape tape;
    Parameter<float> p(tensor({2}, {3, 4}), "w");
    const auto first = tape.parameter(p);
    const auto y = first * 2;
    const auto second = tape.parameter(p);
    CHECK(first.index() == second.index());
    CHECK(tape.size() == 3);
    CHECK(&first.value() == &p.value);
    CHECK(&first.grad() == &p.grad);
    CHECK(first.entry().op() == "Parameter");
    CHECK(first.entry().parameter() == &p);
    tape.backward(sum(y * second));
    CHECK(first.entry().contributions() == 2);
    CHECK(list(p.grad) == std::vector<float>{12, 16});
}

TEST_CASE("parameter: gradients add up over reverse passes until zero_grad") {
    Tape tape;
    Parameter<float> p(tensor({2}, {3, 4}));
    p.grad.storage()[0] = 100;  // held something before
    const auto loss = sum(square(tape.parameter(p)));
    tape.backward(loss);
    CHECK(list(p.grad) == std::vector<float>{106, 8});
    tape.backward(loss);
    CHECK(list(p.grad) == std::vector<float>{112, 16});
    tape.rewind();
    tape.backward(sum(square(tape.parameter(p))));
    CHECK(list(p.grad) == std::vector<float>{118, 24});
    p.zero_grad();
    CHECK(list(p.grad) == std::vector<float>{0, 0});
    tape.backward(sum(tape.parameter(p)));
    CHECK(list(p.grad) == std::vector<float>{1, 1});
}

TEST_CASE("parameter: is itself a loss") {
    Tape tape;
    Parameter<float> p(tensor({}, {3}));
    p.grad() = 1;
    tape.backward(tape.parameter(p));
    CHECK(p.grad() == 2);
}

TEST_CASE("parameter: after a rewind it is read anew") {
    Tape tape;
    Parameter<float> p(tensor({}, {3})), q(tensor({}, {4}));
    const auto before = tape.parameter(p);
    tape.rewind();
    const auto other = tape.parameter(q);  // takes p's old slot
    const auto after = tape.parameter(p);
    CHECK(other.index() == 0);
    CHECK(after.index() == 1);
    CHECK(after.item() == 3);
    CHECK_THROWS_AS(static_cast<void>(before.value()), StaleVariableError);
}

TEST_CASE("parameter: a new tape at an old one's address") {
    Parameter<float> p(tensor({}, {3})), q(tensor({}, {4}));
    std::optional<Tape<float>> tape;
    tape.emplace();
    tape->parameter(q);
    CHECK(tape->parameter(p).index() == 1);
    const void* address = &*tape;
    tape.emplace();
    REQUIRE(static_cast<const void*>(&*tape) == address);
    const auto x = tape->variable(tensor({}, {7}));
    const auto y = tape->variable(tensor({}, {8}));  // stands where p stood
    const auto read = tape->parameter(p);
    CHECK(read.index() == 2);
    CHECK(read.item() == 3);
    CHECK(tape->parameter(p).index() == 2);
    tape->backward(x * y * read);
    CHECK(p.grad() == 56);
}

TEST_CASE("parameter: a copy on the same tape is another parameter") {
    Tape tape;
    Parameter<float> p(tensor({}, {3}), "p");
    p.grad() = 5;
    const auto original = tape.parameter(p);
    Parameter<float> copy = p;
    CHECK(copy.name == "p");
    CHECK(copy.value() == 3);
    CHECK(copy.grad() == 5);
    const auto copied = tape.parameter(copy);
    CHECK(copied.index() != original.index());
    copy.zero_grad();
    tape.backward(original * copied * 2);
    CHECK(p.grad() == 5 + 6);
    CHECK(copy.grad() == 6);
    CHECK(tape.parameter(p).index() == original.index());
}

TEST_CASE("parameter: assignment copies value and gradient, and is a change") {
    Tape tape;
    Parameter<float> p(tensor({}, {3}), "p");
    const Parameter<float> other(tensor({}, {8}), "other");
    const auto loss = square(tape.parameter(p));
    p = other;
    CHECK(p.value() == 8);
    CHECK(p.name == "other");
    CHECK_THROWS_AS(tape.backward(loss), StaleVariableError);
    tape.play();
    tape.backward(loss);
    CHECK(p.grad() == 16);
}

TEST_CASE("parameter: on two tapes in alternation") {
    Tape a, b;
    Parameter<float> p(tensor({}, {3})), q(tensor({}, {4}));
    b.parameter(q);
    for (int round = 0; round < 3; ++round) {
        CHECK(a.parameter(p).index() == 0);
        CHECK(b.parameter(p).index() == 1);
    }
    CHECK(a.size() == 1);
    CHECK(b.size() == 2);
    a.backward(square(a.parameter(p)));
    b.backward(b.parameter(p) * 10);
    CHECK(p.grad() == 16);
    a.rewind();
    CHECK(b.parameter(p).index() == 1);
    a.variable(tensor({}, {1}));
    CHECK(a.parameter(p).index() == 1);
}

TEST_CASE("parameter: read while paused, then recorded") {
    Tape tape;
    Parameter<float> p(tensor({}, {3}));
    {
        const auto paused = tape.pause();
        CHECK(square(tape.parameter(p)).item() == 9);
    }
    const auto loss = square(tape.parameter(p));
    CHECK(tape.size() == 3);  // the same entry serves both
    tape.backward(loss);
    CHECK(p.grad() == 6);
}

TEST_CASE("parameter: a change between reading and the reverse pass is an error") {
    Tape tape;
    Parameter<float> p(tensor({}, {3}), "w");
    const auto loss = square(tape.parameter(p));
    p.value() = 100;
    p.changed();
    CHECK(says(error_text<StaleVariableError>([&] { tape.backward(loss); }),
               {"parameter w was changed", "parameter_test.cpp:", "tape.rewind()"}));
    CHECK(p.grad() == 0);
    CHECK(says(error_text<StaleVariableError>([&] { tape.parameter(p); }),
               {"parameter w was changed", "tape.rewind()"}));
    CHECK_THROWS_AS(tape.reverse(loss), StaleVariableError);
    tape.rewind();
    tape.backward(square(tape.parameter(p)));
    CHECK(p.grad() == 200);
}

TEST_CASE("boxed: stays where it is in a move, is copied in a copy") {
    Boxed<Parameter<float>> box(Parameter<float>(tensor({}, {3})));
    Parameter<float>* at = &*box;
    Boxed<Parameter<float>> moved = std::move(box);
    CHECK(&*moved == at);
    Boxed<Parameter<float>> copy = moved;
    CHECK(&*copy != at);
    CHECK(copy->value() == 3);
    copy->value() = 4;
    moved = copy;  // into the box that is there
    CHECK(&*moved == at);
    CHECK(at->value() == 4);
    const Boxed<Parameter<float>> empty;
    CHECK_FALSE(empty);
    moved = empty;
    CHECK_FALSE(moved);
    const Boxed<Parameter<float>> still_empty = empty;
    CHECK_FALSE(still_empty);
}
