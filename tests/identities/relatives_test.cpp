// How the normalizations are related, and which of them are affine maps.
#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"
#include "subjects.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

constexpr int kRounds = 40;

/// Value, and gradient for a cotangent.
template <class T, class F>
std::pair<Tensor<T>, Tensor<T>> pass(const F& record, const Tensor<T>& x, const Tensor<T>& dy) {
    Tape<T> tape;
    const auto v = tape.variable(x);
    const auto y = record(v);
    tape.backward(y, dy);
    return {y.value(), v.grad()};
}
template <class T, class F, class G>
void check_same(const F& f, const G& g, const Tensor<T>& x, Random& rng) {
    const Tensor<T> dy = normal<T>(x.shape(), rng);
    const auto [y, dx] = pass<T>(f, x, dy);
    const auto [other_y, other_dx] = pass<T>(g, x, dy);
    CHECK(distance(y, other_y) <= 10 * rounding<T>);
    CHECK(distance(dx, other_dx) <= 10 * rounding<T> * (1 + largest(dx)));
    CHECK(largest(dx) > 1e-4);
}

template <class T>
Tensor<T> draw(Random& rng) {
    const std::size_t n = 1 + rng.below(5), channels = 2 + rng.below(12), length = 3 + rng.below(12);
    Subject<T> by_channel{.name = "", .shape = {n, channels, length}};
    by_channel.sets = n * channels;
    for (std::size_t i = 0; i < n * channels * length; ++i) by_channel.set.push_back(i / length);
    return conditioned(by_channel, rng, 0.5);
}

}  // namespace

TEST_CASE_TEMPLATE("relatives: GroupNorm of one group is LayerNorm over channels and length", T, float,
                   double) {
    const std::uint64_t seed = test_seed(41);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        const Tensor<T> x = draw<T>(rng);
        const Shape tail{x.shape()[1], x.shape()[2]};
        check_same<T>([](auto v) { return group_norm(v, 1); }, [&](auto v) { return layer_norm(v, tail); }, x,
                      rng);
    }
}

TEST_CASE_TEMPLATE("relatives: GroupNorm of as many groups as channels is InstanceNorm", T, float, double) {
    const std::uint64_t seed = test_seed(42);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        const Tensor<T> x = draw<T>(rng);
        const std::size_t channels = x.shape()[1];
        check_same<T>([&](auto v) { return group_norm(v, channels); },
                      [](auto v) { return instance_norm(v); }, x, rng);
    }
}

TEST_CASE_TEMPLATE("relatives: InstanceNorm of one sample is BatchNorm of it", T, float, double) {
    const std::uint64_t seed = test_seed(43);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        Tensor<T> x = draw<T>(rng);
        x.reshape(Shape{1, x.shape()[0] * x.shape()[1], x.shape()[2]});
        check_same<T>([](auto v) { return instance_norm(v); }, [](auto v) { return batch_norm(v, nullptr); },
                      x, rng);
    }
}

TEST_CASE_TEMPLATE("relatives: RMSNorm is LayerNorm on rows of mean zero, and only there", T, float, double) {
    const std::uint64_t seed = test_seed(44);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        Tensor<T> x = draw<T>(rng);
        const std::size_t length = x.shape()[2];
        const auto rms = [&](auto v) { return rms_norm(v, {length}, std::nullopt, 1e-5); };
        const auto layer = [&](auto v) { return layer_norm(v, {length}); };
        const Tensor<T> dy = normal<T>(x.shape(), rng);
        CHECK(distance(pass<T>(rms, x, dy).first, pass<T>(layer, x, dy).first) > 1e-3);
        // Whatever comes after the mean is taken off: forward and, through it, backward.
        const auto centered = [](auto v) { return v - mean(v, -1, true); };
        check_same<T>([&](auto v) { return rms(centered(v)); }, layer, x, rng);
    }
}

TEST_CASE("relatives: BatchNorm in eval mode is an affine map, LayerNorm is not") {
    const std::uint64_t seed = test_seed(45);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        const std::size_t n = 2 + rng.below(6), channels = 3 + rng.below(12);
        BatchNorm<double> batch(channels);
        batch.running->mean = normal<double>({channels}, rng);
        batch.weight->value = gammas<double>({channels}, rng);
        batch.bias->value = normal<double>({channels}, rng);
        batch.eval();
        LayerNorm<double> layer(channels);
        const Tensor<double> a = normal<double>({n, channels}, rng), b = normal<double>({n, channels}, rng);
        const double t = rng.uniform(-2, 3);
        // f(t a + (1 - t) b) - t f(a) - (1 - t) f(b)
        const auto bend = [&](Module<double>& f) {
            const auto at = [&](const Tensor<double>& x) {
                Tape<double> tape;
                return Tensor<double>(f(tape.input(x)).value());
            };
            const Tensor<double> mixed = t * a + (1 - t) * b;
            return distance(at(mixed), Tensor<double>(t * at(a) + (1 - t) * at(b)));
        };
        CHECK(bend(batch) <= 1e-11);
        if (std::abs(t) > 0.2 && std::abs(t - 1) > 0.2) CHECK(bend(layer) > 1e-3);
    }
}
