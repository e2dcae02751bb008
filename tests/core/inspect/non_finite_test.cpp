// The story of the first non-finite value: entry, operation, scope, line and cause, in planted cases.
#include <limits>

#include <tapedeck/tapedeck.hpp>

#include "../../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

using V = Variable<float>;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// A tape in a scope, with leaves to plant something with.
struct Planted {
    Tape<float> tape;
    ScopeGuard scope = tape.scope("net");
    V x = tape.variable(tensor({2, 2}, {1, 2, 3, 4}), "x");
    V zero = tape.variable(tensor({2, 2}, {1, 2, 0, 4}), "zero");
    V large = tape.variable(tensor({2, 2}, {1, 2, 3, 1e30}), "large");

    V data(std::initializer_list<double> values) { return tape.input(tensor({2, 2}, values), "data"); }
};

/// The culprit, its line, and what else the story must say, in this order. The loss is the sum of its square.
void check(Planted& p, const V& culprit, int line, std::string_view op,
           std::initializer_list<std::string_view> says_too) {
    const std::string place = "entry #" + std::to_string(culprit.index()) + ", " + std::string(op);
    CAPTURE(place);
    const V loss = mean(culprit + p.x);
    const auto found = first_non_finite(p.tape, loss);
    REQUIRE(found.has_value());
    CHECK(found->entry == culprit.index());
    CHECK(found->nan + found->inf > 0);
    CHECK(found->of == culprit.value().size());
    const std::string at = "(non_finite_test.cpp:" + std::to_string(line) + "):";
    const std::string text = found->text();
    CHECK(says(text, {"The first non-finite value on the tape is " + place, " in net " + at}));
    CHECK(says(text, says_too));
    const int at_backward = __LINE__ + 1;
    const std::string refused = error_text<NonFiniteError>([&] { p.tape.backward(loss); });
    CHECK(says(refused, {"backward (non_finite_test.cpp:" + std::to_string(at_backward) + "): loss is " +
                         std::string(std::isnan(loss.item()) ? "nan"
                                     : loss.item() > 0       ? "inf"
                                                             : "-inf") +
                         ". The first"}));
    CHECK(refused.ends_with(text));
    CHECK(error_text<NonFiniteError>([&] { p.tape.reverse(loss); }).ends_with(text));
}

}  // namespace

// Each planted operation and its line number stand on one line.
// clang-format off
TEST_CASE("story: functions outside of their domain") {
    Planted p;
    SUBCASE("log of 0") {
        const V y = log(p.zero); const int line = __LINE__;
        check(p, y, line, "Log", {"1 of 4 values is -inf", "Its input #1 is finite, in 0 … 4: it is Variable \"zero\"", "(2, 2)", "cause: log of 0 at [1, 0] is -inf", "log(x + 1e-6)"});
    }
    SUBCASE("log of a negative number") {
        const V y = log(p.x - 1.5F); const int line = __LINE__;
        check(p, y, line, "Log", {"1 of 4 values is nan", "is finite, in -0.5 … 2.5: it is Subtract in net", "log of a negative number, -0.5 at [0, 0]"});
    }
    SUBCASE("log of a softmax that underflows") {
        const V probabilities = softmax(p.large);
        const V y = log(probabilities); const int line = __LINE__;
        check(p, y, line, "Log", {"1 of 4 values is -inf", "log of 0 at [1, 0]", "log_softmax(x)"});
    }
    SUBCASE("exp") {
        const V y = exp(p.x * 40); const int line = __LINE__;
        check(p, y, line, "Exp", {"2 of 4 values are inf", "overflow in exp: e^120 at [1, 0]", "88.7"});
    }
    SUBCASE("sqrt of a negative number") {
        const V y = sqrt(2.5F - p.x); const int line = __LINE__;
        check(p, y, line, "Sqrt", {"2 of 4 values are nan", "sqrt of a negative number, -0.5 at [1, 0]"});
    }
    SUBCASE("a negative base") {
        const V y = pow(p.x - 3, 0.5F); const int line = __LINE__;
        check(p, y, line, "Pow", {"2 of 4 values are nan", "a negative base", "(-2)^0.5 at [0, 0]"});
    }
    SUBCASE("0 to a negative power") {
        const V y = pow(p.zero, -2.0F); const int line = __LINE__;
        check(p, y, line, "Pow", {"1 of 4 values is inf", "0 to a negative power, 0^-2 at [1, 0]"});
    }
    SUBCASE("an overflow in pow") {
        const V y = pow(p.large, 2.0F); const int line = __LINE__;
        check(p, y, line, "Pow", {"overflow in pow: (1e+30)^(2) at [1, 1]"});
    }
}

TEST_CASE("story: division by 0") {
    Planted p;
    SUBCASE("of something") {
        const V y = p.x / p.zero; const int line = __LINE__;
        check(p, y, line, "Divide", {"1 of 4 values is inf", "Its input #0 is finite", "Its input #1 is finite", "division by 0: 3 / 0 at [1, 0]"});
    }
    SUBCASE("of 0") {
        const V y = p.zero / p.zero; const int line = __LINE__;
        check(p, y, line, "Divide", {"1 of 4 values is nan", "division by 0: 0 / 0 at [1, 0]"});
    }
    SUBCASE("by a column") {
        const V column = p.tape.input(tensor({2, 1}, {1, 0}));
        const V y = p.x / column; const int line = __LINE__;
        check(p, y, line, "Divide", {"2 of 4 values are inf", "division by 0: 3 / 0 at [1, 0]"});
    }
    SUBCASE("by a row") {
        const V row = p.tape.input(tensor({2}, {1, 0}));
        const V y = p.x / row; const int line = __LINE__;
        check(p, y, line, "Divide", {"2 of 4 values are inf", "division by 0: 2 / 0 at [0, 1]"});
    }
    SUBCASE("by a standard deviation of equal values") {
        const V deviation = sqrt(var(p.x * 0, 0, true));
        const V y = p.x / deviation; const int line = __LINE__;
        check(p, y, line, "Divide", {"division by 0: 1 / 0 at [0, 0]", "root of a variance of 0", "Var in net", "over 2 equal values", "eps"});
    }
    SUBCASE("by a standard deviation over a batch of one") {
        const V one = slice(p.x, 0, 0, 1);
        const V centered = one - mean(one, 0, true);
        const V deviation = sqrt(mean(square(centered), 0, true));
        const V y = centered / deviation; const int line = __LINE__;
        check(p, y, line, "Divide", {"2 of 2 values are nan", "0 / 0 at [0, 0]", "a variance of 0, made by entry #", "a single value (a batch of one?)"});
    }
    SUBCASE("by the length of nothing") {
        const V length = sqrt(sum(square(p.x * 0), -1, true));
        const V y = p.x / length; const int line = __LINE__;
        check(p, y, line, "Divide", {"the length of a vector of zeros"});
    }
    SUBCASE("inside of a normalization without eps") {
        const V y = spelled_out::layer_norm(p.x * 0, 1, {}, {}, 0.0); const int line = __LINE__;
        check(p, y, line, "Divide", {"4 of 4 values are nan", "root of a variance of 0", "over 2 equal values: eps is 0"});
    }
}

TEST_CASE("story: overflow") {
    Planted p;
    SUBCASE("of a product") {
        const V y = p.large * p.large; const int line = __LINE__;
        check(p, y, line, "Multiply", {"1 of 4 values is inf", "overflow: 1e+30 * 1e+30 at [1, 1]", "3.4e+38"});
    }
    SUBCASE("of a product with a column") {
        const V column = p.tape.input(tensor({2, 1}, {1, 2e20}));
        const V y = p.large * column; const int line = __LINE__;
        check(p, y, line, "Multiply", {"1 of 4 values is inf", "overflow: 1e+30 * 2e+20 at [1, 1]"});
    }
    SUBCASE("of a square") {
        const V y = square(p.large); const int line = __LINE__;
        check(p, y, line, "Square", {"overflow: 1e+30 * 1e+30 at [1, 1]"});
    }
    SUBCASE("of a quotient") {
        const V y = p.large / 1e-20F; const int line = __LINE__;
        check(p, y, line, "Divide", {"overflow: 1e+30 / 1e-20 at [1, 1]"});
    }
    SUBCASE("of a sum of two") {
        const V huge = p.large * 3e8F;
        const V y = huge + huge; const int line = __LINE__;
        check(p, y, line, "Add", {"1 of 4 values is inf", "overflow: 3e+38 + 3e+38 at [1, 1]"});
    }
    SUBCASE("of a matrix product") {
        const V y = matmul(p.large, p.large); const int line = __LINE__;
        check(p, y, line, "Matmul", {"1 of 4 values is inf", "overflow: numbers up to 1e+30 and 1e+30"});
    }
    SUBCASE("of a sum") {
        const V huge = p.data({3e38, 3e38, 1, 1});
        const V y = sum(huge); const int line = __LINE__;
        check(p, y, line, "Sum", {"its one value is inf", "overflow: numbers up to 3e+38"});
    }
    SUBCASE("of a loss") {
        const V y = mse_loss(p.large, 0); const int line = __LINE__;
        check(p, y, line, "MSELoss", {"its one value is inf", "overflow: numbers up to 1e+30"});
    }
}

TEST_CASE("story: what was given") {
    Planted p;
    SUBCASE("infinite data") {
        const V y = p.tape.input(tensor({2, 2}, {1, kInf, 3, 4})); const int line = __LINE__;
        check(p, y, line, "Input", {"1 of 4 values is inf", "the data given to the tape are not finite"});
    }
    SUBCASE("data without numbers, behind a Linear") {
        const V y = p.tape.input(tensor({2, 2}, {1, kNaN, 3, -kInf})); const int line = __LINE__;
        const V behind = linear(y, p.x);
        const auto found = first_non_finite(p.tape, sum(behind));
        REQUIRE(found);
        CHECK(found->entry == y.index());
        CHECK(found->nan == 1);
        CHECK(found->inf == 1);
        CHECK(says(found->text(), {"Input in net (non_finite_test.cpp:" + std::to_string(line), "1 of 4 values is nan and 1 is -inf"}));
    }
    SUBCASE("-inf that no softmax takes") {
        const V y = p.tape.input(tensor({2, 2}, {1, -kInf, 3, 4})); const int line = __LINE__;
        check(p, y, line, "Input", {"1 of 4 values is -inf", "the data given"});
    }
    SUBCASE("a parameter that ran away") {
        Parameter<float> weight(tensor({2, 2}, {1, kNaN, 3, 4}), "weight");
        V y = p.tape.parameter(weight); const int line = __LINE__;
        check(p, y, line, "Parameter \"weight\"", {"1 of 4 values is nan", "the parameter became non-finite", "lower learning rate"});
    }
    SUBCASE("a parameter whose gradient was no number") {
        Parameter<float> weight(tensor({2, 2}, {1, kNaN, 3, 4}), "weight");
        weight.grad = tensor({2, 2}, {0, kNaN, 0, 0});
        V y = p.tape.parameter(weight); const int line = __LINE__;
        check(p, y, line, "Parameter \"weight\"", {"its gradient is not finite either", "detect_anomaly()"});
    }
    SUBCASE("running statistics that are no numbers") {
        RunningStatistics<float> running(2);
        running.var = tensor({2}, {1, -4});
        const V y = batch_norm(p.x, &running, {}, {}, {.training = false}); const int line = __LINE__;
        check(p, y, line, "BatchNorm", {"2 of 4 values are nan", "Its input #0 is finite", "the running variance is as low as -4, and must not be negative"});
    }
}

TEST_CASE("story: softmax and its masks") {
    Planted p;
    const Tensor<bool> some{{false, true}, {false, false}};
    const Tensor<bool> row{{false, true}, {true, true}};
    SUBCASE("a row that is masked altogether") {
        const V masked = masked_fill(p.x, row, -kInf);
        const V y = softmax(masked); const int line = __LINE__;
        check(p, y, line, "Softmax", {"2 of 4 values are nan", "not finite: 3 of 4 values are -inf, the rest is 1", "row 1 of its input is -inf throughout"});
    }
    SUBCASE("a mask that leaves each row a number is no fault") {
        const V y = softmax(masked_fill(p.x, some, -kInf));
        CHECK_FALSE(first_non_finite(p.tape).has_value());
        CHECK_NOTHROW(p.tape.backward(sum(square(y))));
    }
    SUBCASE("the target of a cross_entropy is masked") {
        const V masked = masked_fill(p.x, some, -kInf);
        const V y = cross_entropy(masked, {1, 0}); const int line = __LINE__;
        check(p, y, line, "CrossEntropy", {"its one value is inf", "the logit of a target is -inf"});
    }
    SUBCASE("inf is no mask") {
        const V given = p.data({1, kInf, 3, 4});
        CHECK(first_non_finite(p.tape, sum(softmax(given)))->entry == given.index());
    }
    SUBCASE("nor is the -inf of a log") {
        const V made = log(p.zero);
        const V y = softmax(made);
        CHECK(std::isfinite(y.value()(1, 0)));
        CHECK(first_non_finite(p.tape)->entry == made.index());
    }
    SUBCASE("a mask that something else reads too") {
        const V masked = masked_fill(p.x, some, -kInf);
        softmax(masked);
        const V total = sum(masked);
        const auto found = first_non_finite(p.tape, total);
        REQUIRE(found);
        CHECK(p.tape[found->entry].op() == "Input");
    }
}

TEST_CASE("story: an infinity that becomes nan further on") {
    Planted p;
    const V infinite = exp(p.x * 100); const int line = __LINE__;
    SUBCASE("times 0") {
        const V nan = infinite * 0;
        check(p, infinite, line, "Exp", {"4 of 4 values are inf"});
        const auto found = first_non_finite(p.tape, mean(nan));
        REQUIRE(found);
        CHECK(found->entry == infinite.index());
        CHECK(says(found->text(), {"overflow in exp: e^100", "It became nan in entry #" + std::to_string(nan.index()) + ", Multiply", "inf * 0 at [0, 0] is nan"}));
    }
    SUBCASE("minus itself") {
        const V nan = infinite - infinite;
        const auto found = first_non_finite(p.tape, mean(nan));
        REQUIRE(found);
        CHECK(found->entry == infinite.index());
        CHECK(says(found->text(), {"Exp in net (non_finite_test.cpp:" + std::to_string(line), "overflow in exp", "\n  It became nan in entry #" + std::to_string(nan.index()) + ", Subtract in net (", "inf - inf at [0, 0] is nan"}));
    }
    SUBCASE("in a softmax") {
        const auto found = first_non_finite(p.tape, sum(softmax(infinite)));
        REQUIRE(found);
        CHECK(found->entry == infinite.index());
        CHECK(says(found->text(), {"It became nan in entry #", "Softmax", "softmax of inf"}));
    }
    SUBCASE("in a sum of both signs") {
        const V both = concat<float>({infinite, -infinite});
        const auto found = first_non_finite(p.tape, sum(both));
        REQUIRE(found);
        CHECK(says(found->text(), {"It became nan in entry #", "Sum", "inf and -inf meet"}));
    }
    SUBCASE("or is overcome, before another one is made") {
        const V made = log(1 / infinite);
        CHECK(first_non_finite(p.tape, sum(made))->entry == made.index());
    }
    SUBCASE("or never reaches the loss") {
        const V fine = sum(1 / infinite + p.x);
        CHECK(std::isfinite(fine.item()));
        CHECK_FALSE(first_non_finite(p.tape, fine).has_value());
        CHECK(first_non_finite(p.tape)->entry == infinite.index());
        CHECK_NOTHROW(p.tape.backward(sum(p.x)));
    }
}

TEST_CASE("story: a normalization without eps refuses at once, and says which statistics are to blame") {
    Planted p;
    const V flat = p.x * tensor({2, 2}, {1, 0, 1, 0});
    RunningStatistics<float> running(2);
    running.var = tensor({2}, {1, 0});
    const auto check_refused = [](auto f, const std::string& name, int line, std::initializer_list<std::string_view> parts) {
        const std::string text = error_text<NonFiniteError>(f);
        CHECK(text.starts_with(name + " in net (non_finite_test.cpp:" + std::to_string(line) + "): "));
        CHECK(says(text, parts));
    };
    const std::string maker = "\n  x was made by entry #" + std::to_string(flat.index()) + ", Multiply in net (non_finite_test.cpp:";
    check_refused([&] { layer_norm(p.x * 0, {2}, {}, {}, 0.0); }, "layer_norm", __LINE__, {"row 0 of 2 is constant, so that its variance is 0, and eps is 0", "give a positive eps"});
    check_refused([&] { batch_norm<float>(flat, nullptr, {}, {}, {.eps = 0}); }, "batch_norm", __LINE__, {"channel 1 of 2 is constant, so that its variance is 0, and eps is 0", maker});
    check_refused([&] { batch_norm(flat, &running, {}, {}, {.training = false, .eps = 0}); }, "batch_norm", __LINE__, {"the running variance of channel 1 of 2 is 0, and eps is 0", "give a positive eps"});
}
// clang-format on

TEST_CASE("story: an operation of the user's") {
    struct Broken final : Op<float> {
        std::string_view name() const override { return "Broken"; }
        std::string_view rule() const override { return "dx = dy"; }
        void forward(Forward<float>& f) override {
            f.output(f.input(0).shape()) = f.input(0);
            f.output(f.input(0).shape()).storage()[2] = kNaN;
        }
        void adjoint(Reverse<float>&) override {}
    };
    Planted p;
    const V y = p.tape.record<Broken>(Where::here(), {}, p.x);
    check(p, y, y.entry().where().line, "Broken",
          {"1 of 4 values is nan", "its own forward made it at [1, 0]"});
}

TEST_CASE("story: a tape of finite values has none") {
    Planted p;
    const V loss = mean(tanh(p.x));
    CHECK_FALSE(first_non_finite(p.tape).has_value());
    CHECK_FALSE(first_non_finite(p.tape, loss).has_value());
    CHECK_FALSE(first_non_finite(Tape<float>()).has_value());
}

TEST_CASE("story: a refused backward changes nothing") {
    Tape tape;
    Parameter<float> weight(tensor({2}, {1, 0}), "weight");
    const auto w = tape.parameter(weight);
    const auto fine = sum(square(w));
    tape.backward(fine);
    auto pass = tape.reverse(fine, ones<float>({}));
    const Tensor<float> before = weight.grad;
    const auto broken = sum(log(w));
    CHECK_THROWS_AS(tape.backward(broken), NonFiniteError);
    CHECK_THROWS_AS(tape.reverse(broken), NonFiniteError);
    CHECK(weight.grad == before);
    CHECK(fine.has_grad());
    CHECK_FALSE(broken.has_grad());
    CHECK(pass.step());  // the pass that was under way still is
    // Whoever gives a cotangent gets the pass, whatever the value.
    CHECK_NOTHROW(tape.backward(broken, ones<float>({})));
    CHECK(std::isinf(weight.grad(1)));
    CHECK_THROWS_AS(first_non_finite(tape, Tape<float>().input(ones<float>({1}))), StaleVariableError);
}

TEST_CASE("story: in double, with its own largest number") {
    Tape<double> tape;
    const auto x = tape.variable(tensor<double>({2}, {1, 800}));
    const auto y = exp(x);
    CHECK(says(error_text<NonFiniteError>([&] { tape.backward(sum(y)); }),
               {"loss is inf", "e^800 at [1]", "largest double", "709.8"}));
}
