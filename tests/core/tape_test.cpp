// Recording: order, inputs, names, lines, and what a tape refuses.
#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("tape: entries stand in the order of recording, with their inputs") {
    Tape tape;
    const auto x = tape.input(tensor({2}, {1, 2}), "x");
    const auto w = tape.variable(tensor({2}, {3, 4}), "w");
    const auto y = x * w;
    const auto z = y + w;
    REQUIRE(tape.size() == 4);
    CHECK(x.index() == 0);
    CHECK(z.index() == 3);
    CHECK(tape[0].op() == "Input");
    CHECK(tape[1].op() == "Variable");
    CHECK(tape[2].op() == "Multiply");
    CHECK(tape[3].op() == "Add");
    CHECK(tape[2].rule() == "da = dy * b, db = dy * a");
    CHECK(tape[0].rule().empty());
    CHECK(std::vector(tape[2].inputs().begin(), tape[2].inputs().end()) == std::vector<std::uint32_t>{0, 1});
    CHECK(std::vector(tape[3].inputs().begin(), tape[3].inputs().end()) == std::vector<std::uint32_t>{2, 1});
    CHECK(tape[0].inputs().empty());
    CHECK(list(z.value()) == std::vector<float>{6, 12});
    CHECK(&z.tape() == &tape);
}

TEST_CASE("tape: one operand used twice is two inputs") {
    Tape tape;
    const auto x = tape.variable(tensor({}, {3}));
    const auto y = x * x;
    CHECK(std::vector(y.entry().inputs().begin(), y.entry().inputs().end()) ==
          std::vector<std::uint32_t>{0, 0});
}

TEST_CASE("tape: names come from leaves, from parameters, and from named()") {
    Tape tape;
    Parameter<float> p(ones<float>({2}), "gain");
    const auto x = tape.input(ones<float>({2}), "x");
    const auto g = tape.parameter(p);
    const auto h = (x * g).named("h1");
    CHECK(x.entry().name() == "x");
    CHECK(g.entry().name() == "gain");
    CHECK(h.entry().name() == "h1");
    CHECK(h.index() == 2);  // named() returns the same handle
    CHECK((x + g).entry().name().empty());
    tape.rewind();
    CHECK(tape.input(ones<float>({2})).entry().name().empty());  // the slot's old name is gone
}

TEST_CASE("tape: where() is the user's line, for functions and for operators") {
    Tape tape;
    const auto x = tape.input(ones<float>({2}));
    // clang-format off
    const int line = __LINE__; const auto y = tanh(x);
    const int line2 = __LINE__; const auto z = 2 * y + x;
    const int line3 = __LINE__; const auto minus = -x;
    // clang-format on
    CHECK(y.entry().where().line == line);
    CHECK(y.entry().where().text() == "tape_test.cpp:" + std::to_string(line));
    CHECK(z.entry().where().line == line2);
    CHECK(tape[z.index() - 1].op() == "Multiply");
    CHECK(tape[z.index() - 1].where().line == line2);
    CHECK(tape[z.index() - 2].where().line == line2);  // the constant 2
    CHECK(minus.entry().where().line == line3);
    CHECK(std::string_view(z.entry().where().file).ends_with("tests/core/tape_test.cpp"));
    CHECK_FALSE(Where{}.known());
    CHECK(Where{}.text() == "?");
}

TEST_CASE("tape: an entry describes itself") {
    Tape tape;
    const auto scope = tape.scope("mlp");
    const int line = __LINE__ + 1;
    const auto x = tape.input(ones<float>({2}), "x");
    CHECK(x.entry().text() == "entry #0, Input \"x\" in mlp (tape_test.cpp:" + std::to_string(line) + ")");
}

TEST_CASE("tape: rewind forgets the entries, and their variables say so") {
    Tape tape;
    const auto x = tape.variable(ones<float>({2}));
    const auto y = square(x);
    tape.rewind();
    CHECK(tape.empty());
    CHECK(says(error_text<StaleVariableError>([&] { static_cast<void>(y.value()); }),
               {"variable #1", "before tape.rewind()", "record the program again"}));
    // Not even when the slot is taken again by the same program.
    const auto x2 = tape.variable(ones<float>({2}));
    const auto y2 = square(x2);
    CHECK(y2.index() == 1);
    CHECK_THROWS_AS(static_cast<void>(y.value()), StaleVariableError);
    CHECK_THROWS_AS(y + x2, StaleVariableError);
    CHECK_THROWS_AS(tape.backward(y), StaleVariableError);
    CHECK_THROWS_AS(static_cast<void>(y.named("y")), StaleVariableError);
    CHECK_THROWS_AS(tape.set(x, ones<float>({2})), StaleVariableError);
    CHECK(tape.size() == 2);
}

TEST_CASE("tape: a slot's gradient does not survive a rewind") {
    Tape tape;
    auto x = tape.variable(ones<float>({}));
    tape.backward(square(x));
    CHECK(x.has_grad());
    tape.rewind();
    x = tape.variable(ones<float>({}));
    CHECK_FALSE(x.has_grad());
    CHECK(x.entry().contributions() == 0);
}

TEST_CASE("tape: another operation, shape and options in the same slot") {
    Tape tape;
    for (int round = 0; round < 3; ++round) {
        tape.rewind();
        const auto x = tape.variable(tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
        const auto y = round == 0 ? sum(x, 0) : round == 1 ? sum(x, 1, true) : max(x, 1);
        const Shape expected = round == 0 ? Shape{3} : round == 1 ? Shape{2, 1} : Shape{2};
        CHECK(y.shape() == expected);
        CHECK(y.value().storage()[0] == (round == 0 ? 5 : round == 1 ? 6 : 3));
        CHECK(y.entry().op() == (round == 2 ? "Max" : "Sum"));
    }
}

TEST_CASE("tape: operands of two tapes do not mix") {
    Tape a, b;
    const auto x = a.variable(ones<float>({2}));
    const auto y = b.variable(ones<float>({2}));
    CHECK(
        says(error_text<StaleVariableError>([&] { x + y; }), {"variable #0", "another tape", "tape.input"}));
    CHECK_THROWS_AS(a.backward(y), StaleVariableError);
    CHECK_THROWS_AS(matmul(x, y), StaleVariableError);
    CHECK(a.size() == 1);
    CHECK(b.size() == 1);
}

TEST_CASE("tape: a default Variable is of no tape, and says so") {
    const Variable<float> none;
    CHECK(says(error_text<StaleVariableError>([&] { static_cast<void>(none.value()); }),
               {"on no tape", "default-constructed"}));
    CHECK_THROWS_AS(none + none, StaleVariableError);
    CHECK_THROWS_AS(none * 2, StaleVariableError);
    CHECK_THROWS_AS(tanh(none), StaleVariableError);
    Tape tape;
    const auto x = tape.variable(ones<float>({}));
    CHECK_THROWS_AS(x + none, StaleVariableError);
    CHECK_THROWS_AS(tape.backward(none), StaleVariableError);
}

TEST_CASE("tape: a recording that throws leaves the tape as it was") {
    Tape tape;
    const auto x = tape.variable(tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
    const auto y = tape.variable(ones<float>({4}));
    CHECK_THROWS_AS(x + y, ShapeError);
    CHECK_THROWS_AS(matmul(x, x), ShapeError);
    CHECK_THROWS_AS(sum(x, 7), ShapeError);
    CHECK(tape.size() == 2);
    // The slot that was prepared serves the next operation.
    const auto total = sum(x);
    CHECK(total.index() == 2);
    CHECK(total.item() == 21);
    tape.backward(total);
    CHECK(list(x.grad()) == std::vector<float>(6, 1));
    CHECK_FALSE(y.has_grad());
}

TEST_CASE("tape: a reference to a value survives thousands of further entries") {
    Tape tape;
    const auto x = tape.variable(tensor({3}, {1, 2, 3}), "x");
    const Tensor<float>& value = x.value();
    const Entry<float>& entry = tape[0];
    auto y = x;
    for (int i = 0; i < 5000; ++i) y = y + 1;
    CHECK(&value == &x.value());
    CHECK(&entry == &tape[0]);
    CHECK(entry.name() == "x");
    CHECK(list(value) == std::vector<float>{1, 2, 3});
    CHECK(list(y.value()) == std::vector<float>{5001, 5002, 5003});
    CHECK(tape.size() == 1 + 2 * 5000);  // each 1 is a constant on the tape
}

TEST_CASE("tape: iteration, and an index out of range") {
    Tape tape;
    CHECK(tape.begin() == tape.end());
    const auto x = tape.input(ones<float>({}));
    tanh(x);
    exp(x);
    std::vector<std::string> ops;
    for (const auto& entry : tape) ops.emplace_back(entry.op());
    CHECK(ops == std::vector<std::string>{"Input", "Tanh", "Exp"});
    CHECK(std::next(tape.begin(), 2)->index() == 2);
    CHECK(says(error_text<ValueError>([&] { static_cast<void>(tape[3]); }), {"entry #3", "3 entries"}));
    CHECK_THROWS_AS(static_cast<void>(tape[static_cast<std::size_t>(-1)]), ValueError);
}

TEST_CASE("tape: numbers and xtensor expressions are operands, on either side") {
    Tape tape;
    const auto v = tape.variable(tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
    const auto ones23 = xt::ones<float>({2, 3});
    const auto is_variable_of = [&](auto result, std::initializer_list<double> expected) {
        static_assert(std::is_same_v<decltype(result), Variable<float>>);
        CHECK(&result.tape() == &tape);
        check_near(result.value(), expected);
    };
    is_variable_of(v + ones23, {2, 3, 4, 5, 6, 7});
    is_variable_of(ones23 + v, {2, 3, 4, 5, 6, 7});
    is_variable_of(2.0f * ones23 * v, {2, 4, 6, 8, 10, 12});
    is_variable_of(ones23 - v, {0, -1, -2, -3, -4, -5});
    is_variable_of(v - ones23, {0, 1, 2, 3, 4, 5});
    is_variable_of(v / (ones23 + ones23), {0.5, 1, 1.5, 2, 2.5, 3});
    is_variable_of((ones23 + ones23) / v, {2, 1, 2.0 / 3, 0.5, 0.4, 1.0 / 3});
    is_variable_of(v * tensor({3}, {1, 0, -1}), {1, 0, -3, 4, 0, -6});
    is_variable_of(tensor({3}, {1, 0, -1}) + v, {2, 2, 2, 5, 5, 5});
    is_variable_of(v - 1, {0, 1, 2, 3, 4, 5});
    is_variable_of(1 - v, {0, -1, -2, -3, -4, -5});
    is_variable_of(2 / v, {2, 1, 2.0 / 3, 0.5, 0.4, 1.0 / 3});
    is_variable_of(v / 2.0, {0.5, 1, 1.5, 2, 2.5, 3});
    is_variable_of(-v, {-1, -2, -3, -4, -5, -6});
    const auto column = xt::view(v.value(), xt::all(), xt::range(0, 1));
    is_variable_of(v + column, {2, 3, 4, 8, 9, 10});
}

TEST_CASE("tape: an expression becomes an input at once") {
    Tape tape;
    Tensor<float> data = tensor({2}, {1, 2});
    const auto x = tape.input(data * 2.0f, "x");
    const auto y = tape.variable(data + 1.0f, "y");
    data.storage()[0] = 100;
    CHECK(list(x.value()) == std::vector<float>{2, 4});
    CHECK(list(y.value()) == std::vector<float>{2, 3});
    CHECK_FALSE(x.entry().needs_grad());
    CHECK(y.entry().needs_grad());
}

TEST_CASE("tape: item() asks for one element") {
    Tape tape;
    CHECK(tape.input(tensor({1, 1}, {7})).item() == 7);
    const auto x = tape.input(ones<float>({2, 1}));
    CHECK(says(error_text<ShapeError>([&] { x.item(); }), {"entry #1", "(2, 1)", "one element"}));
}

namespace {

/// y = a * x, with an option; counts its own forwards.
struct Scale final : Op<double> {
    struct Options {
        double factor = 1;
    };
    Options options;
    int runs = 0;
    std::string_view name() const override { return "Scale"; }
    std::string_view rule() const override { return "dx = dy * factor"; }
    void forward(Forward<double>& f) override {
        ++runs;
        if (std::isnan(options.factor)) f.fail<ValueError>("factor is nan.", {"x"});
        f.each([a = options.factor](auto x) { return x * decltype(x)(a); }, f.input(0));
    }
    void adjoint(Reverse<double>& r) override {
        r.each(
            0, [a = options.factor](auto dy) { return dy * decltype(dy)(a); }, r.upstream());
    }
};

}  // namespace

TEST_CASE("tape: an operation of one's own") {
    Tape<double> tape;
    const auto x = tape.variable(tensor<double>({2}, {1, 2}));
    const auto y = tape.record<Scale>(Where::here(), {3}, x);
    CHECK(list(y.value()) == std::vector<double>{3, 6});
    tape.backward(y, tensor<double>({2}, {1, 10}));
    CHECK(list(x.grad()) == std::vector<double>{3, 30});
    // The slot keeps its op, and the options are assigned anew.
    tape.rewind();
    const auto x2 = tape.variable(tensor<double>({2}, {1, 2}));
    CHECK(list(tape.record<Scale>(Where::here(), {-1}, x2).value()) == std::vector<double>{-1, -2});
    CHECK_THROWS_AS(tape.record<Scale>(Where::here(), {std::nan("")}, x2), ValueError);
    CHECK(tape.size() == 2);
}

TEST_CASE("tape: data are given as a literal, a number, an expression or a mask") {
    Tape<float> tape;
    CHECK(tape.input({{1.F, 2.F}, {3.F, 4.F}}).shape() == Shape{2, 2});
    CHECK(tape.input({1.F, 2.F, 3.F}).shape() == Shape{3});
    CHECK(tape.input(3.F).value()() == 3);
    CHECK(tape.input(3.0).value()() == 3);
    const Tensor<float> x{1, 5, 2};
    CHECK(list(tape.input(x + x).value()) == std::vector<float>{2, 10, 4});
    const Tensor<bool> mask = x > 1.5F;
    CHECK(list(tape.input(mask, "mask").value()) == std::vector<float>{0, 1, 1});
}
