// detect_anomaly: a gradient that is not finite is caught at the adjoint that made it.
#include <limits>

#include <tapedeck/core/inspect/non_finite/numbers.hpp>
#include <tapedeck/tapedeck.hpp>

#include "../../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

using V = Variable<float>;

/// `culprit`'s adjoint is named, with its line and all of these, by a backward and by a step alike.
void check(Tape<float>& tape, const V& culprit, const V& loss,
           std::initializer_list<std::string_view> parts) {
    REQUIRE(std::isfinite(loss.item()));
    const auto guard = tape.detect_anomaly();
    const std::string adjoint = ": the adjoint of " + culprit.entry().text() + " made the first non-finite";
    const int line = __LINE__ + 1;
    const std::string text = error_text<NonFiniteError>([&] { tape.backward(loss); });
    CHECK(says(text, {"backward (anomaly_test.cpp:" + std::to_string(line) + ")" + adjoint}));
    CHECK(says(text, parts));
    auto pass = tape.reverse(loss);
    const std::string stepped = error_text<NonFiniteError>([&] { pass.finish(); });
    CHECK(stepped.substr(stepped.find(": the adjoint")) == text.substr(text.find(": the adjoint")));
    CHECK(pass.here().index() == culprit.index());  // it stays before the step that it can't do
    std::size_t before = 0;                         // each step has one entry, from the loss on
    for (std::size_t i = culprit.index() + 1; i <= loss.index(); ++i)
        before += !tape[i].is_leaf() && tape[i].contributions() > 0 ? 1U : 0U;
    CHECK(pass.steps() == before);
    for (const auto& entry : tape) CHECK((!entry.has_grad() || inspect::all_finite(entry.grad())));
}

}  // namespace

TEST_CASE("anomaly: derivatives that are infinite where the value is not") {
    Tape tape;
    const auto scope = tape.scope("net");
    const V x = tape.variable(tensor({3}, {0, 1, 4}), "x");
    SUBCASE("sqrt at 0") {
        const V y = sqrt(x);
        check(
            tape, y, sum(y),
            {"Sqrt in net (anomaly_test.cpp:", "Of the gradient of its input #0, Variable \"x\"",
             "1 of 3 values is inf", "Its rule: dx = dy / (2 * y)", "upstream gradient is finite, all 1",
             "Its input #0 is finite, in 0 … 4", "derivative of sqrt at 0 is infinite, and it is 0 at [0]"});
    }
    SUBCASE("sqrt at 0, hidden by a mask") {
        const Tensor<bool> mask{true, false, false};
        const V y = sqrt(x);
        check(tape, y, sum(where(mask, x, y)),
              {"1 of 3 values is nan", "upstream gradient is finite, in 0 … 1", "0 * inf is nan",
               "mask the argument instead"});
    }
    SUBCASE("log of 0, hidden by a mask") {
        const Tensor<bool> mask{true, false, false};
        const V y = log(x);
        check(tape, y, sum(where(mask, x, y)), {"derivative of log at 0", "0 * inf is nan"});
    }
    SUBCASE("division by 0, hidden by a mask") {
        const Tensor<bool> mask{true, false, false};
        const V y = 1 / x;
        check(tape, y, sum(where(mask, x, y)), {"input #0", "division by 0 at [0]"});
    }
    SUBCASE("a root as a power") {
        const V y = pow(x, 0.5F);
        check(tape, y, sum(y), {"derivative of x^0.5 at 0 is infinite, and it is 0 at [0]"});
    }
    SUBCASE("an exponent's, of a negative base") {
        const V exponent = tape.variable(Tensor<float>(2.0F), "exponent");
        const V y = pow(x - 1, exponent);
        check(tape, y, sum(y),
              {"of its input #1, Variable \"exponent\"", "its one value is nan", "derivative by the exponent",
               "the base is -1 at [0]"});
    }
}

TEST_CASE("anomaly: a gradient that overflows, and one behind a value that the loss does not show") {
    Tape tape;
    const V x = tape.variable(tensor({2}, {1e-30, 2e-30}), "x");
    SUBCASE("overflow") {
        const V y = x * 1e30F;
        check(tape, y, sum(y * 1e20F), {"Multiply (", "Likely cause: overflow"});
    }
    SUBCASE("an infinite value") {
        const V infinite = exp(x * 1e33F);
        const V y = 1 / infinite;
        const V loss = sum(y + x);
        const auto guard = tape.detect_anomaly();
        const std::string text = error_text<NonFiniteError>([&] { tape.backward(loss); });
        CHECK(says(text,
                   {"the adjoint of entry #", "Exp (", "its own value is", "which the loss does not show"}));
    }
}

TEST_CASE("anomaly: a backward that throws leaves gradients, parameters and a pass under way as they were") {
    Tape tape;
    Parameter<float> weight(tensor({2}, {0, 4}), "weight");
    const V w = tape.parameter(weight);
    const V fine = sum(square(w) * w);
    const V h = tanh(w);
    const V broken = sum(sqrt(h) + h) + sum(square(w));  // w has got something when sqrt's turn comes
    weight.grad = tensor({2}, {7, 8});
    tape.backward(fine);
    auto pass = tape.reverse(fine);
    pass.step();
    const auto grads = [&] {
        std::vector<std::vector<float>> all{list(weight.grad)};
        for (const auto& entry : tape)
            all.push_back(entry.contributions() > 0 ? list(entry.grad()) : std::vector<float>{});
        return all;
    };
    const auto before = grads();
    {
        const auto guard = tape.detect_anomaly();
        CHECK_THROWS_AS(tape.backward(broken), NonFiniteError);
        CHECK(grads() == before);
        CHECK_NOTHROW(pass.finish());
        const auto after = grads();
        CHECK(after != before);
        CHECK_NOTHROW(tape.backward(fine));
    }
    CHECK_NOTHROW(tape.backward(broken));  // without the guard nobody looks
    CHECK_FALSE(inspect::all_finite(weight.grad));
    const auto guard = tape.detect_anomaly();
    CHECK(says(error_text<NonFiniteError>([&] { tape.backward(fine); }),
               {"backward (anomaly_test.cpp:", "gradient of entry #0, Parameter \"weight\"",
                "not finite before this pass", "zero_grad()"}));
    weight.zero_grad();
    CHECK_NOTHROW(tape.backward(fine));
}

TEST_CASE("anomaly: a cotangent that is not finite is said to be one") {
    Tape tape;
    const V x = tape.variable(tensor({2}, {1, 2}), "x");
    const V y = tanh(x);
    const auto guard = tape.detect_anomaly();
    CHECK(says(error_text<NonFiniteError>([&] {
                   tape.backward(y, tensor({2}, {1, std::numeric_limits<float>::infinity()}));
               }),
               {"the gradient that arrives at entry #1, Tanh", "1 of 2 values is inf", "cotangent"}));
    CHECK_FALSE(x.has_grad());
}

TEST_CASE("anomaly: what a slot of the tape remembers from before a rewind is not looked at") {
    Tape tape;
    tape.backward(sum(sqrt(tape.variable(zeros<float>({2})))));
    tape.rewind();
    const V data = tape.input(ones<float>({2}));
    const V x = tape.variable(ones<float>({2}));
    const auto guard = tape.detect_anomaly();
    CHECK_NOTHROW(tape.backward(sum(data * x)));
}

TEST_CASE("anomaly: a watched pass ends in the same bits, and guards nest") {
    Tape tape;
    Random rng(3);
    Sequential<float> net;
    net.add("fc1", Linear<float>(3, 4, rng)).add("norm", LayerNorm<float>(4)).add("act", Tanh<float>());
    const V x = tape.variable(tensor({2, 3}, {1, 2, 3, -1, 0.5, 2}), "x");
    const V loss = mean(square(net(x) * net(x)));
    tape.backward(loss);
    std::vector<Tensor<float>> expected{x.grad()};
    for (const auto* p : net.parameters()) expected.push_back(p->grad);
    const auto check_same = [&] {
        CHECK(x.grad() == expected[0]);
        std::size_t i = 1;
        for (const auto* p : net.parameters()) CHECK(p->grad == expected[i++]);
        net.zero_grad();
    };
    net.zero_grad();
    {
        const auto outer = tape.detect_anomaly();
        {
            const auto inner = tape.detect_anomaly();
            tape.backward(loss);
            check_same();
        }
        auto pass = tape.reverse(loss);
        pass.step();
        pass.back();
        pass.finish();
        check_same();
        CHECK_THROWS_AS(tape.backward(sum(sqrt(x * 0))), NonFiniteError);
    }
    CHECK_NOTHROW(tape.backward(sum(sqrt(x * 0))));
}
