// What an operation does when it isn't told: the arguments' defaults are PyTorch's.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

/// Two matrices of two by two, no axis like another.
Variable<double> cube(Tape<double>& tape) {
    return tape.input(tensor<double>({2, 2, 2}, {1, 2, 4, 8, 16, 32, 64, 128}));
}

}  // namespace

TEST_CASE("defaults: the axes of transpose, softmax, concat and stack") {
    Tape<double> tape;
    const auto x = cube(tape);
    check_near(transpose(x).value(), {1, 4, 2, 8, 16, 64, 32, 128});
    CHECK(list(softmax(x).value()) == list(softmax(x, 2).value()));
    CHECK(list(log_softmax(x).value()) == list(log_softmax(x, 2).value()));
    CHECK(concat({x, x}).shape() == Shape{4, 2, 2});
    CHECK(list(stack({x, -x}).value()) == list(stack({x, -x}, 0).value()));
}

TEST_CASE("defaults: reductions go over everything, drop it, and var is unbiased") {
    Tape<double> tape;
    const auto x = tape.input(tensor<double>({2, 2}, {1, 2, 3, 6}));
    for (const auto& [y, expected] :
         {std::pair{sum(x), 12.0}, {mean(x), 3.0}, {max(x), 6.0}, {var(x), 14.0 / 3}}) {
        CHECK(y.shape().empty());
        CHECK(y.item() == doctest::Approx(expected));
    }
    CHECK(sum(x, 1).shape() == Shape{2});
    CHECK(mean(x, 1).shape() == Shape{2});
    CHECK(max(x, 1).shape() == Shape{2});
    CHECK(var(x, 1).shape() == Shape{2});
}

TEST_CASE("defaults: eps is 1e-5 in every normalization but RMSNorm") {
    Tape<double> tape;
    const auto small = tape.input(tensor<double>({1, 2, 2}, {-1e-3, 1e-3, 1e-3, -1e-3}));
    const auto rows = tape.input(tensor<double>({2, 2}, {-1e-3, 1e-3, 1e-3, -1e-3}));
    const double expected = -1e-3 / std::sqrt(1e-6 + 1e-5);
    // Lists with names: g++ 14 takes what is in the others for dangling.
    const std::vector<Variable<double>> normalized{layer_norm<double>(rows, {2}),
                                                   group_norm<double>(small, 1),
                                                   instance_norm<double>(small),
                                                   batch_norm<double>(rows, nullptr),
                                                   spelled_out::layer_norm<double>(rows),
                                                   spelled_out::group_norm<double>(small, 1),
                                                   spelled_out::instance_norm<double>(small),
                                                   spelled_out::batch_norm<double>(rows)};
    for (const auto& y : normalized) {
        CAPTURE(y.entry().text());
        CHECK(y.value().storage()[0] == doctest::Approx(expected));
    }
    const std::vector<Variable<double>> scaled{rms_norm<double>(rows, {2}),
                                               spelled_out::rms_norm<double>(rows)};
    for (const auto& y : scaled) CHECK(y.value().storage()[0] == doctest::Approx(-1).epsilon(1e-8));
}

TEST_CASE("defaults: dropout drops") {
    Tape<double> tape;
    Random rng(1);
    const auto y = list(dropout(tape.input(ones<double>({100})), 0.5, rng).value());
    CHECK(std::count(y.begin(), y.end(), 0) > 20);
}
