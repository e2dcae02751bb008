// The numeric gradient: steps that suit the input, kinks, ends of a domain, noise.
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/gradcheck/slope.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

namespace {

td::numeric::Slope slope(double (*f)(double), double at, double step, double noise = 1e-16) {
    return td::numeric::slope(
        [&](double offset) {
            return td::numeric::Sample{at + offset, f(at + offset)};
        },
        {at, f(at)}, step, 1e-6, noise);
}

using D = td::Variable<double>;

}  // namespace

TEST_CASE("a slope is right to what its uncertainty says") {
    const auto check = [](double (*f)(double), double at, double step, double expected, double relative) {
        const auto s = slope(f, at, step);
        CAPTURE(at);
        CAPTURE(s.uncertainty);
        CHECK(std::abs(s.value - expected) <= relative * std::abs(expected));
        CHECK(std::abs(s.value - expected) <= 10 * s.uncertainty);
        CHECK(s.uncertainty <= 1e-5 * std::abs(expected));
    };
    check([](double x) { return std::sin(x); }, 0.3, 1e-3, std::cos(0.3), 1e-9);
    check([](double x) { return std::sin(x); }, 0.3, 1, std::cos(0.3), 1e-9);
    check([](double x) { return std::log(x); }, 1e-3, 5e-4, 1e3, 1e-7);
    check([](double x) { return std::log(x); }, 1e-3, 0.1, 1e3, 1e-6);  // half of the steps end below 0
    check([](double x) { return std::exp(x); }, 20, 1e-2, std::exp(20), 1e-8);
    check([](double x) { return x * x; }, 1e4, 10, 2e4, 1e-9);
}

TEST_CASE("a kink beside x is stepped away from, one at x is reported") {
    const auto relu = [](double x) { return x > 0 ? x : 0; };
    const auto beside = slope(relu, 1e-5, 1e-3);
    CHECK(beside.value == doctest::Approx(1).epsilon(1e-8));
    CHECK_FALSE(beside.kink);
    const auto at = slope(relu, 0, 1e-3);
    CHECK(at.kink);
    CHECK(at.left == 0);
    CHECK(at.right == doctest::Approx(1));
    CHECK(at.allows(0, 1e-9));
    CHECK(at.allows(0.3, 1e-9));
    CHECK_FALSE(at.allows(1.1, 1e-9));
    CHECK_FALSE(at.allows(-0.1, 1e-9));
    CHECK_FALSE(slope([](double x) { return std::exp(x); }, 0, 1e-3).kink);
    CHECK_FALSE(std::isfinite(slope([](double) { return std::nan(""); }, 0, 1e-3).uncertainty));
}

TEST_CASE("noise in the function is uncertainty of the slope") {
    const auto noisy = [](double x) { return std::round(x * 1e6) * 1e-6; };
    const auto s = slope(noisy, 0.3, 1e-3, 5e-7);
    CHECK(s.uncertainty >= 5e-4);
    CHECK(std::abs(s.value - 1) <= 10 * s.uncertainty);
}

TEST_CASE("gradcheck suits its step to large, small and mixed inputs") {
    const auto check = [](auto function, std::vector<td::Tensor<double>> inputs) {
        const auto report = td::gradcheck(function, inputs);
        CHECK_MESSAGE(report.ok(), report.text());
    };
    const auto logarithm = [](auto&, auto x) { return td::log(x[0]); };
    check(logarithm, {td::Tensor<double>{1e-3, 1e-4, 2e-3}});
    check(logarithm, {td::Tensor<double>{1e-8, 1, 1e4}});
    check(logarithm, {td::Tensor<double>{1e4}});
    check([](auto&, auto x) { return td::tanh(x[0] - 1e4); }, {td::Tensor<double>{1e4 + 0.5, 1e4 - 0.2}});
    check([](auto&, auto x) { return td::tanh(x[0] - 1e4); }, {td::Tensor<double>{1e4 + 0.5}});
    check([](auto&, auto x) { return td::tanh(x[0] * 1e5); }, {td::Tensor<double>{1e-5, -2e-5, 3e-6}});
    check([](auto&, auto x) { return td::square(x[0]); }, {td::Tensor<double>{1e4, 1e4 + 1e-3, 1e4 - 1e-3}});
    check([](auto&, auto x) { return td::exp(x[0]); }, {td::Tensor<double>{-30, 0, 20}});
    check([](auto&, auto x) { return x[0] * 1e-12; }, {td::Tensor<double>{1, 2}});
    check([](auto&, auto x) { return x[0] * 1e12; }, {td::Tensor<double>{1, 2}});
    check([](auto&, auto x) { return td::relu(x[0]); }, {td::Tensor<double>{1e-5, -1e-6, 1, -2}});
    check([](auto&, auto x) { return td::abs(x[0]); },
          {td::Tensor<double>{0, -1e-6, 1, -2}});  // 0, which agrees
}

TEST_CASE("gradcheck says that it can't tell at a kink") {
    const auto report =
        td::gradcheck([](auto&, auto x) { return td::relu(x[0]); }, {td::Tensor<double>{1, 0, -1}});
    CHECK_FALSE(report.ok());
    CHECK(report.wrong.empty());
    REQUIRE(report.unsettled.size() == 1);
    CHECK(report.unsettled[0].index == 1);
    CHECK(report.text().find("does not settle: a kink?") != std::string::npos);
}

namespace {

/// y = 1 where x > 0, and 0 elsewhere
struct Step final : td::Op<double> {
    std::string_view name() const override { return "Step"; }
    std::string_view rule() const override { return "dx = 0"; }
    void forward(td::Forward<double>& f) override {
        f.each([](auto x) { return x > 0 ? 1.0 : 0.0; }, f.input(0));
    }
    void adjoint(td::Reverse<double>& r) override {
        r.each(
            0, [](auto dy) { return 0 * dy; }, r.upstream());
    }
};

}  // namespace

TEST_CASE("gradcheck says that it can't tell at a jump, and that flat parts prove nothing") {
    const auto step = [](auto& tape, auto x) {
        return tape.template record<Step>(td::Where::here(), {}, x[0]) + td::square(x[1]);
    };
    const td::Tensor<double> y{1, 2, 3};
    const auto jump = td::gradcheck(step, {td::Tensor<double>{1, 0, -1}, y});
    CHECK_FALSE(jump.ok());
    CHECK(jump.wrong.empty());
    CHECK(jump.unsettled.size() == 1);
    const auto flat = td::gradcheck(step, {td::Tensor<double>{1, 2, -1}, y});
    CHECK_FALSE(flat.problem.empty());
    CHECK(flat.unsettled.empty());
    const auto end =
        td::gradcheck([](auto&, auto x) { return td::sqrt(x[0]); }, {td::Tensor<double>{1, 0, 2}});
    CHECK(end.unsettled.size() == 1);
    CHECK(end.wrong.empty());
}

TEST_CASE("gradcheck's cotangent is not the numbers that a test draws for its input") {
    // A normalization's dx is 0 for dy = x: with the same seed for both, nothing would be checked.
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        td::Random rng(seed);
        td::Tensor<double> x = td::Tensor<double>::from_shape({4, 5});
        for (double& v : x.storage()) v = rng.normal();
        const auto report =
            td::gradcheck([](auto&, auto in) { return td::layer_norm(in[0], {5}); }, {x}, {.seed = seed});
        CHECK_MESSAGE(report.ok(), report.text());
        CHECK(report.arguments[0].largest > 0.1);
    }
}
