// What a normalization does not see: the scale of its input, and mostly its mean; what it leaves as it is.
#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"
#include "subjects.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

constexpr int kRounds = 40;

template <class T>
Tensor<T> value_of(const Subject<T>& s, const Tensor<T>& x, double eps) {
    Tape<T> tape;
    return s.record(tape.input(x), std::nullopt, std::nullopt, eps).value();
}

template <class T, class F>
void for_all(std::uint64_t own, F check) {
    const std::uint64_t seed = test_seed(own);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        for (const Subject<T>& subject : subjects<T>(rng)) {
            CAPTURE(round);
            CAPTURE(subject.name);
            const std::string shape = to_text(subject.shape);
            CAPTURE(shape);
            const double middle = rng.uniform(-1, 1);
            check(subject, conditioned(subject, rng, middle), rng);
        }
    }
}

/// The standardized moment of this order over each set.
std::vector<double> moments(const Subject<double>& s, const Tensor<double>& x, int order) {
    const auto mean = s.means([&](std::size_t i) { return x.storage()[i]; });
    const auto central = [&](int k) {
        return s.means([&](std::size_t i) { return std::pow(x.storage()[i] - mean[s.set[i]], k); });
    };
    auto result = central(order);
    const auto variance = central(2);
    for (std::size_t k = 0; k < s.sets; ++k) result[k] /= std::pow(variance[k], order / 2.0);
    return result;
}

}  // namespace

TEST_CASE_TEMPLATE("identities: y does not change when x is scaled, and turns with its sign", T, float,
                   double) {
    for_all<T>(11, [](const Subject<T>& s, const Tensor<T>& x, Random& rng) {
        const Tensor<T> y = value_of(s, x, 0);
        const double c = std::exp(rng.uniform(-5, 5));
        CAPTURE(c);
        CHECK(distance(y, value_of(s, Tensor<T>(x * static_cast<T>(c)), 0)) <= 10 * rounding<T>);
        CHECK(distance(Tensor<T>(-y), value_of(s, Tensor<T>(x * static_cast<T>(-c)), 0)) <= 10 * rounding<T>);
        CHECK(largest(y) > 0.5);
    });
}

TEST_CASE_TEMPLATE("identities: scaling x is dividing eps by the square", T, float, double) {
    for_all<T>(12, [](const Subject<T>& s, const Tensor<T>& x, Random& rng) {
        const double c = rng.uniform(0.2, 5), eps = rng.uniform(0.1, 1);
        CAPTURE(c);
        const Tensor<T> scaled = value_of(s, Tensor<T>(x * static_cast<T>(c)), eps);
        CHECK(distance(scaled, value_of(s, x, eps / (c * c))) <= 10 * rounding<T>);
        CHECK(distance(scaled, value_of(s, x, 0)) > 1e-5);
    });
}

TEST_CASE_TEMPLATE("identities: y does not change when x is shifted, but for RMSNorm", T, float, double) {
    for_all<T>(13, [](const Subject<T>& s, const Tensor<T>& x, Random& rng) {
        const double c = rng.uniform(1, 10);
        const double change =
            distance(value_of(s, x, 1e-5), value_of(s, Tensor<T>(x + static_cast<T>(c)), 1e-5));
        if (s.centered)
            CHECK(change <= 200 * rounding<T>);
        else
            CHECK(change > 1e-3);
    });
}

TEST_CASE("identities: a normalization of what is normalized changes nothing") {
    for_all<double>(14, [](const Subject<double>& s, const Tensor<double>& x, Random&) {
        const Tensor<double> y = value_of(s, x, 0);
        CHECK(distance(y, value_of(s, y, 0)) <= 10 * rounding<double>);
        CHECK(distance(y, x) > 1e-4);
    });
}

TEST_CASE("identities: each set has mean 0 and variance 1 - eps / (variance + eps)") {
    for_all<double>(15, [](const Subject<double>& s, const Tensor<double>& x, Random& rng) {
        const double eps = rng.uniform(0, 0.5);
        const Tensor<double> y = value_of(s, x, eps);
        const auto mean_x = s.means([&](std::size_t i) { return s.centered ? x.storage()[i] : 0; });
        const auto square_x =
            s.means([&](std::size_t i) { return std::pow(x.storage()[i] - mean_x[s.set[i]], 2); });
        const auto mean = s.means([&](std::size_t i) { return y.storage()[i]; });
        const auto square = s.means([&](std::size_t i) { return y.storage()[i] * y.storage()[i]; });
        for (std::size_t k = 0; k < s.sets; ++k) {
            if (s.centered) CHECK(std::abs(mean[k]) <= rounding<double>);
            CHECK(std::abs(square[k] - (1 - eps / (square_x[k] + eps))) <= 10 * rounding<double>);
        }
    });
}

TEST_CASE("identities: skewness and kurtosis stay what they were: only two moments change") {
    for_all<double>(16, [](const Subject<double>& s, Tensor<double> x, Random&) {
        for (double& v : x.storage()) v = std::exp(v);  // skewed
        const Tensor<double> y = value_of(s, x, 1e-5);
        for (const int order : {3, 4}) {
            CAPTURE(order);
            const auto before = moments(s, x, order), after = moments(s, y, order);
            for (std::size_t k = 0; k < s.sets; ++k)
                CHECK(std::abs(before[k] - after[k]) <= 1e-9 * (1 + std::abs(before[k])));
        }
    });
}

TEST_CASE("identities: order within a row survives LayerNorm and RMSNorm, and not BatchNorm") {
    const std::uint64_t seed = test_seed(17);
    CAPTURE(seed);
    Random rng(seed);
    int turned = 0;
    for (int round = 0; round < kRounds; ++round) {
        const std::size_t rows = 4 + rng.below(5), columns = 4 + rng.below(20);
        Tensor<double> x = normal<double>({rows, columns}, rng);
        for (std::size_t i = 0; i < x.size(); ++i) x.storage()[i] *= 1 + static_cast<double>(i % columns);
        Tape<double> tape;
        const auto v = tape.input(x);
        const Tensor<double> layer = layer_norm(v, {columns}).value(), rms = rms_norm(v, {columns}).value();
        const Tensor<double> batch = batch_norm(v, nullptr).value();
        for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t i = r * columns; i + 1 < (r + 1) * columns; ++i) {
                const bool less = x.storage()[i] < x.storage()[i + 1];
                CHECK((layer.storage()[i] < layer.storage()[i + 1]) == less);
                CHECK((rms.storage()[i] < rms.storage()[i + 1]) == less);
                turned += (batch.storage()[i] < batch.storage()[i + 1]) != less ? 1 : 0;
            }
        }
        for (std::size_t i = 0; i + columns < x.size(); ++i)  // within a column it is the other way round
            CHECK((batch.storage()[i] < batch.storage()[i + columns]) ==
                  (x.storage()[i] < x.storage()[i + columns]));
    }
    CHECK(turned > 100);
}
