// Each wrong forward beside what catches it.
#include "forwards.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include <tapedeck/core/gradcheck.hpp>

#include "norms.hpp"

namespace td = tapedeck;
using namespace td::museum;
using V = td::Variable<double>;

namespace {

double largest_difference(const td::Tensor<double>& a, const td::Tensor<double>& b) {
    REQUIRE(a.shape() == b.shape());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = std::abs(a.storage()[i] - b.storage()[i]);
        if (!(d <= largest)) largest = d;
    }
    return largest;
}

/// How far a norm is from layer_norm's formula, and layer_norm itself from it.
double off_formula(const std::function<V(V, V, V)>& norm, double offset = 0) {
    td::Tape<double> tape;
    const auto in = norm_inputs(offset);
    const V x = tape.variable(in[0]), w = tape.variable(in[1]), b = tape.variable(in[2]);
    return largest_difference(norm(x, w, b).value(), td::spelled_out::layer_norm(x, 1, w, b).value());
}

V ours(V x, V w, V b) { return td::layer_norm(x, {x.shape().back()}, w, b); }

}  // namespace

TEST_CASE("the formula catches every wrong forward, which a gradient check can't see") {
    CHECK(off_formula(ours) < 1e-12);
    for (const WrongForward& wrong : wrong_forwards()) {
        CAPTURE(wrong.name);
        CHECK(off_formula(wrong.norm) > 1e-7);
        const auto report =
            td::gradcheck([&](auto&, auto x) { return wrong.norm(x[0], x[1], x[2]); }, norm_inputs());
        CHECK_MESSAGE(report.ok(), report.text());  // the right gradient of the wrong function
    }
}

TEST_CASE("a one-pass variance agrees until the data have an offset") {
    CHECK(off_formula(one_pass_layer_norm) < 1e-12);
    CHECK(off_formula(ours, 1e8) < 1e-5);
    CHECK(off_formula(one_pass_layer_norm, 1e8) > 0.1);
    // There the numeric gradient is rounding alone: the check does not pass.
    const auto report =
        td::gradcheck([](auto&, auto x) { return one_pass_layer_norm(x[0], x[1], x[2]); }, norm_inputs(1e8));
    CHECK_FALSE(report.ok());
}

TEST_CASE("gamma and beta drawn inside the function: the same input twice gives two outputs") {
    td::Random rng(1);
    td::Tape<double> tape;
    const V x = tape.variable(norm_inputs()[0]);
    CHECK(largest_difference(randomly_scaled_layer_norm(x, rng).value(),
                             randomly_scaled_layer_norm(x, rng).value()) > 0.1);
    CHECK(largest_difference(td::layer_norm(x, {3}).value(), td::layer_norm(x, {3}).value()) == 0);
}

TEST_CASE("numbers drawn inside an operation, even when frozen, make gradcheck refuse") {
    td::Random rng(1);
    const auto report = td::gradcheck(
        [&](auto& tape, auto x) {
            return tape.template record<Exhibit>(td::Where::here(), randomly_scaled_operation(rng), x[0]);
        },
        {norm_inputs()[0]});
    CHECK_FALSE(report.ok());
    CHECK_MESSAGE(report.problem.find("draws random numbers") != std::string::npos, report.text());
}
