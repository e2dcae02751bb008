// The generated tasks: the same seed gives the same samples, and the samples are what the task says.
#include "demos/data/generated.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

using namespace tapedeck::demos;

TEST_CASE("spirals: both classes alike, on their arms, and never the same sample twice in the splits") {
    const Dataset data = make_spirals(7, {400, 100, 100});
    CHECK(data.features == 2);
    CHECK(data.classes == 2);
    CHECK(std::count(data.train.labels.begin(), data.train.labels.end(), 1u) == 200);
    std::size_t on_arm = 0;
    for (std::size_t i = 0; i < 400; ++i) {
        const double x = data.train.x[2 * i], y = data.train.x[2 * i + 1];
        const double phase = 2 * std::numbers::pi * 1.75 * std::hypot(x, y) +
                             std::numbers::pi * static_cast<double>(data.train.labels[i]) - std::atan2(y, x);
        on_arm += std::cos(phase) > 0;  // nearer to its own arm than to the other
    }
    CHECK(on_arm >= 396);
    CHECK(data.train.x[0] != data.validation.x[0]);
    CHECK(data.validation.x[0] != data.test.x[0]);
}

TEST_CASE("adding: one marker in each half, the target their sum, the constant answer 1 off by 1/6") {
    const Dataset data = make_adding(3, {4000, 10, 10}, 50);
    REQUIRE(data.steps == 50);
    REQUIRE(data.classes == 0);
    double squares = 0;
    for (std::size_t i = 0; i < data.train.count; ++i) {
        int first_half = 0, second_half = 0;
        float sum = 0;
        for (std::size_t t = 0; t < 50; ++t) {
            const float number = data.train.x[(i * 50 + t) * 2], marker = data.train.x[(i * 50 + t) * 2 + 1];
            (t < 25 ? first_half : second_half) += marker == 1.0f;
            sum += number * marker;
            REQUIRE((number >= 0 && number < 1));
        }
        REQUIRE(first_half == 1);
        REQUIRE(second_half == 1);
        REQUIRE(sum == doctest::Approx(data.train.targets[i]));
        squares += (data.train.targets[i] - 1.0) * (data.train.targets[i] - 1.0);
    }
    CHECK(squares / 4000 == doctest::Approx(1.0 / 6).epsilon(0.05));
}

TEST_CASE("generated tasks: the seed decides") {
    CHECK(make_spirals(1, {10, 5, 5}).test.x == make_spirals(1, {10, 5, 5}).test.x);
    CHECK(make_spirals(1, {10, 5, 5}).test.x != make_spirals(2, {10, 5, 5}).test.x);
    CHECK(make_adding(1, {10, 5, 5}).train.targets == make_adding(1, {10, 5, 5}).train.targets);
    CHECK(make_adding(1, {10, 5, 5}).train.targets != make_adding(2, {10, 5, 5}).train.targets);
}
