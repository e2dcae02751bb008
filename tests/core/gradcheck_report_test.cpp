// What a report says, and what gradcheck refuses.
#include <doctest/doctest.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

namespace td = tapedeck;
using td::test::says;

namespace {

/// y = x * 3, whose gradient says 3.5.
struct Triple final : td::Op<double> {
    std::string_view name() const override { return "Triple"; }
    std::string_view rule() const override { return "dx = 3.5 * dy"; }
    void forward(td::Forward<double>& f) override {
        f.each([](auto x) { return 3 * x; }, f.input(0));
    }
    void adjoint(td::Reverse<double>& r) override {
        r.each(
            0, [](auto dy) { return 3.5 * dy; }, r.upstream());
    }
};

td::Variable<double> triple(td::Variable<double> x) {
    return x.tape().record<Triple>(td::Where::here(), {}, x);
}

const td::Tensor<double> kX{{1, 2, 3, 4}, {-1, 0.5, 7, 0.1}, {2, 2.5, 1, -3}};

}  // namespace

TEST_CASE("a report names operations, arguments, multi-indices, got and expected, and keeps the worst ten") {
    const auto report = td::gradcheck([](auto&, auto x) { return triple(td::tanh(x[0].named("x"))) * x[1]; },
                                      {kX, td::full<double>({3, 4}, 2.0)});
    CHECK_FALSE(report.ok());
    CHECK(report.function == "Tanh, Triple, Multiply");
    CHECK(report.checked == 24);
    CHECK(report.wrong.size() == 12);
    REQUIRE(report.worst.size() == 10);
    for (std::size_t i = 1; i < 10; ++i) CHECK(report.worst[i - 1].error() >= report.worst[i].error());
    for (const auto& e : report.wrong)
        CHECK(e.recorded == doctest::Approx(e.numeric * 3.5 / 3).epsilon(1e-7));
    CHECK(says(
        report.text(),
        {"gradcheck FAILED: 12 of 24 elements are wrong in Tanh, Triple, Multiply.",
         "argument 0 \"x\" (3, 4): ", "recorded is 1.16667 times the numeric gradient everywhere",
         "The worst elements:", "argument 0 \"x\", element (", ", ", "): got ", ", expected ", ", error "}));
}

TEST_CASE("an index is counted along each axis") {
    td::Tensor<double> zero_but_one = td::zeros<double>({2, 3, 4});
    zero_but_one(1, 2, 3) = 1;
    const auto report = td::gradcheck(
        [&](auto& tape, auto x) {
            const auto mask = tape.input(zero_but_one);
            return x[0] * (1.0 - mask) + triple(x[0]) * mask;
        },
        {td::full<double>({2, 3, 4}, 0.5)}, {.name = "one wrong"});
    REQUIRE(report.wrong.size() == 1);
    CHECK(report.wrong[0].index == 23);
    CHECK(says(report.text(), {"1 of 24 elements are wrong in one wrong", "argument 0, element (1, 2, 3)"}));
}

TEST_CASE("a passing report is short, and names the program") {
    const auto report = td::gradcheck([](auto&, auto x) { return td::tanh(x[0]); }, {kX}, {.name = "tanh"});
    CHECK(report.ok());
    CHECK(report.diagnosis().empty());
    CHECK(says(report.text(), {"gradcheck passed: 12 elements of 1 argument in tanh."}));
    const auto many = td::gradcheck(
        [](auto&, auto x) { return td::sum(td::exp(td::tanh(td::sigmoid(td::square(td::abs(-x[0])))))); },
        {kX});
    CHECK(many.function == "Negate, Abs, Square, Sigmoid, Tanh, Exp and 1 more");
    CHECK(many.ok());
}

TEST_CASE("an argument without influence proves nothing, unless it is declared constant") {
    const auto function = [](auto&, auto x) { return td::tanh(x[0]) + 0.0 * x[1]; };
    const auto refused = td::gradcheck(function, {kX, kX});
    CHECK_FALSE(refused.ok());
    CHECK(refused.wrong.empty());
    CHECK(says(refused.text(),
               {"proves nothing: the numeric gradient of argument 1 is near zero", ".constant = {1}"}));
    const auto declared = td::gradcheck(function, {kX, kX}, {.constant = {1}});
    CHECK_MESSAGE(declared.ok(), declared.text());
    const auto wrongly = td::gradcheck(function, {kX, kX}, {.constant = {0, 1}});
    CHECK(says(wrongly.text(), {"argument 0 is declared constant, but its numeric gradient is up to"}));
    CHECK_FALSE(wrongly.ok());
}

TEST_CASE("a sum of normalized numbers proves nothing, whatever the rounding makes of it") {
    for (const double offset : {0.0, 1.0, 1e4}) {
        for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
            td::Random rng(seed);
            td::Tensor<double> x = td::Tensor<double>::from_shape({6, 5});
            for (double& v : x.storage()) v = rng.normal(offset, 1);
            const auto layer =
                td::gradcheck([](auto&, auto in) { return td::sum(td::layer_norm(in[0], {5})); }, {x});
            CHECK_MESSAGE(says(layer.problem, {"near zero"}), layer.text());
            CHECK(layer.wrong.empty());
            const auto batch = td::gradcheck(
                [](auto&, auto in) { return td::mean(td::batch_norm<double>(in[0], nullptr)); }, {x});
            CHECK_MESSAGE(says(batch.problem, {"near zero"}), batch.text());
            CHECK(batch.wrong.empty());
        }
    }
}

TEST_CASE("what can't be checked is refused with the reason") {
    const auto problem = [](auto function, std::vector<td::Tensor<double>> inputs) {
        const auto report = td::gradcheck<double>(function, inputs);
        CHECK_FALSE(report.ok());
        return report.text();
    };
    CHECK(says(problem([](auto& tape, auto) { return tape.variable(kX); }, {}),
               {"proves nothing", "no element to check"}));
    CHECK(says(problem([](auto&, auto x) { return td::log(x[0]); }, {kX}), {"proves nothing", "not finite"}));
    CHECK(says(problem([](auto&, auto x) { return td::slice(x[0], 0, 1, 1); }, {kX}),
               {"proves nothing", "has no element"}));
    using td::test::error_text;
    td::Tape<double> other;
    CHECK(says(error_text<td::StaleVariableError>(
                   [&] { td::gradcheck([&](auto&, auto) { return other.variable(kX); }, {kX}); }),
               {"gradcheck: ", "not on the tape that it is given"}));
    CHECK_THROWS_AS(td::gradcheck([](auto&, auto) { return td::Variable<double>(); }, {kX}),
                    td::StaleVariableError);
    const auto tanh = [](auto&, auto x) { return td::tanh(x[0]); };
    CHECK(says(error_text<td::ValueError>([&] { td::gradcheck(tanh, {kX}, {.constant = {1}}); }),
               {"constant names argument 1, and there are 1"}));
    CHECK(says(
        error_text<td::ValueError>([&] { td::gradcheck(tanh, {kX}, {.constant_parameters = {"fc1.bias"}}); }),
        {"constant_parameters names fc1.bias"}));
}

TEST_CASE("a gradient of nan is wrong") {
    const auto report = td::gradcheck([](auto&, auto x) { return td::sqrt(td::square(x[0])); },
                                      {td::Tensor<double>{1, -2, 0}});
    CHECK_FALSE(report.ok());
    CHECK(report.wrong.size() + report.unsettled.size() == 1);
}

TEST_CASE("in float gradcheck finds a wrong formula and calls itself imprecise") {
    const auto right =
        td::gradcheck<float>([](auto&, auto x) { return td::layer_norm(td::linear(x[0], x[1]), {4}, x[2]); },
                             {td::Tensor<float>{{0.3F, -1, 2}, {1, 0.2F, -0.4F}},
                              td::Tensor<float>{{1, -1, 2}, {0.5F, 0.1F, 0.7F}, {-1, 1, 0.3F}, {2, 1, 0.4F}},
                              td::Tensor<float>{1, -2, 0.5F, 3}});
    CHECK_MESSAGE(right.ok(), right.text());
    CHECK(says(right.text(), {"in float, which is imprecise"}));
    const auto wrong = td::gradcheck<float>([](auto&, auto x) { return td::detach(x[0]) * x[0]; },
                                            {td::Tensor<float>{1, 2, -0.5F}});
    CHECK_FALSE(wrong.ok());
    CHECK(wrong.wrong.size() == 3);
}
