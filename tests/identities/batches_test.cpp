// What a batch is to each normalization: split, permuted, in training and out of it.
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

/// Samples first … last-1 of x.
template <class T>
Tensor<T> samples(const Tensor<T>& x, const std::vector<std::size_t>& which) {
    Shape shape = x.shape();
    const std::size_t size = x.size() / shape[0];
    shape[0] = which.size();
    Tensor<T> part = Tensor<T>::from_shape(shape);
    for (std::size_t i = 0; i < which.size(); ++i)
        std::copy_n(x.storage().begin() + static_cast<std::ptrdiff_t>(which[i] * size), size,
                    part.storage().begin() + static_cast<std::ptrdiff_t>(i * size));
    return part;
}
std::vector<std::size_t> range(std::size_t first, std::size_t last) {
    std::vector<std::size_t> all(last - first);
    std::iota(all.begin(), all.end(), first);
    return all;
}
template <class T>
bool same_bits(const Tensor<T>& a, const Tensor<T>& b) {
    return a.shape() == b.shape() && std::equal(a.storage().begin(), a.storage().end(), b.storage().begin());
}

/// A normalization on (n, C, L), or LayerNorm's and RMSNorm's last two, with weight and bias.
template <class T>
struct Norm {
    std::string name;
    std::function<Variable<T>(Variable<T>)> record;
};
template <class T>
std::vector<Norm<T>> by_sample(const Tensor<T>& weight, const Tensor<T>& bias, const Shape& tail) {
    const auto in = [](Variable<T> x, const Tensor<T>& values) { return x.tape().input(values); };
    std::vector<Norm<T>> all;
    all.push_back({"LayerNorm", [=](Variable<T> x) { return layer_norm(x, tail); }});
    all.push_back({"RMSNorm", [=](Variable<T> x) { return rms_norm(x, tail); }});
    all.push_back({"GroupNorm", [=](Variable<T> x) {
                       return group_norm(x, x.shape()[1] % 2 == 0 ? 2 : 1, in(x, weight), in(x, bias));
                   }});
    all.push_back({"InstanceNorm",
                   [=](Variable<T> x) { return instance_norm(x, nullptr, in(x, weight), in(x, bias)); }});
    return all;
}

template <class T, class F>
Tensor<T> run(const F& record, const Tensor<T>& x) {
    Tape<T> tape;
    return record(tape.input(x)).value();
}

struct Sizes {
    std::size_t n, channels, length;
    explicit Sizes(Random& rng)
        : n(2 + rng.below(9)), channels(1 + rng.below(19)), length(2 + rng.below(9)) {}
};

}  // namespace

TEST_CASE_TEMPLATE(
    "batches: a sample is the same alone, in any batch, and in any order, bit for bit, not in BatchNorm", T,
    float, double) {
    const std::uint64_t seed = test_seed(31);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        const Sizes s(rng);
        const Tensor<T> x = normal<T>({s.n, s.channels, s.length}, rng);
        const Tensor<T> weight = gammas<T>({s.channels}, rng), bias = normal<T>({s.channels}, rng);
        const std::size_t cut = 1 + rng.below(s.n - 1);
        const auto order = rng.permutation(s.n);
        for (const auto& norm : by_sample<T>(weight, bias, {s.channels, s.length})) {
            CAPTURE(norm.name);
            const Tensor<T> whole = run(norm.record, x);
            CHECK(same_bits(samples(whole, range(0, cut)), run(norm.record, samples(x, range(0, cut)))));
            CHECK(same_bits(samples(whole, range(cut, s.n)), run(norm.record, samples(x, range(cut, s.n)))));
            CHECK(same_bits(samples(whole, order), run(norm.record, samples(x, order))));
        }
        const auto batch = [](Variable<T> v) { return batch_norm(v, nullptr); };
        const Tensor<T> whole = run(batch, x);
        CHECK(distance(samples(whole, range(0, cut)), run(batch, samples(x, range(0, cut)))) > 1e-3);
        CHECK(distance(samples(whole, order), run(batch, samples(x, order))) <= 10 * rounding<T>);
    }
}

TEST_CASE_TEMPLATE("batches: BatchNorm of a split batch is that of the whole when the parts share statistics",
                   T, float, double) {
    const std::uint64_t seed = test_seed(32);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        const Sizes s(rng);
        const Tensor<T> x = normal<T>({s.n, s.channels, s.length}, rng, 1);
        const std::size_t cut = 1 + rng.below(s.n - 1);
        // Each part sends its count, its sums and its sums of squares by channel.
        std::vector<double> sums(s.channels), squares(s.channels);
        RunningStatistics<T> shared(s.channels);
        for (const auto& part : {range(0, cut), range(cut, s.n)}) {
            const Tensor<T> its = samples(x, part);
            for (std::size_t i = 0; i < its.size(); ++i) {
                const double v = static_cast<double>(its.storage()[i]);
                sums[i / s.length % s.channels] += v;
                squares[i / s.length % s.channels] += v * v;
            }
        }
        const double count = static_cast<double>(s.n * s.length);
        for (std::size_t c = 0; c < s.channels; ++c) {
            shared.mean.storage()[c] = static_cast<T>(sums[c] / count);
            shared.var.storage()[c] = static_cast<T>(squares[c] / count - std::pow(sums[c] / count, 2));
        }
        const auto with_shared = [&](Variable<T> v) {
            return batch_norm(v, &shared, std::nullopt, std::nullopt, {.training = false});
        };
        const Tensor<T> whole = run([](Variable<T> v) { return batch_norm(v, nullptr); }, x);
        for (const auto& part : {range(0, cut), range(cut, s.n)})
            CHECK(distance(samples(whole, part), run(with_shared, samples(x, part))) <= 50 * rounding<T>);
    }
}

TEST_CASE("batches: a permuted batch leaves the gradients of parameters as they are, to rounding") {
    const std::uint64_t seed = test_seed(33);
    CAPTURE(seed);
    Random rng(seed);
    for (const std::string norm : {"batch", "layer", "rms"}) {
        CAPTURE(norm);
        for (int round = 0; round < kRounds; ++round) {
            const std::size_t n = 3 + rng.below(20), in = 1 + rng.below(9), hidden = 3 + rng.below(17);
            Sequential<double> net;
            net.add("fc1", Linear<double>(in, hidden, rng));
            if (norm == "batch") net.add("norm", BatchNorm<double>(hidden));
            if (norm == "layer") net.add("norm", LayerNorm<double>(hidden));
            if (norm == "rms") net.add("norm", RMSNorm<double>(hidden));
            net.add("act", Tanh<double>());
            net.add("fc2", Linear<double>(hidden, 4, rng));
            const Tensor<double> x = normal<double>({n, in}, rng), dy = normal<double>({n, 4}, rng);
            const auto order = rng.permutation(n);
            const auto pass = [&](const Tensor<double>& data, const Tensor<double>& cotangent) {
                net.zero_grad();
                Tape<double> tape;
                const auto y = net(tape.input(data));
                tape.backward(y, cotangent);
                std::vector<Tensor<double>> all{y.value()};
                for (const auto* p : net.parameters()) all.push_back(p->grad);
                return all;
            };
            const auto before = pass(x, dy), after = pass(samples(x, order), samples(dy, order));
            CHECK(distance(samples(before[0], order), after[0]) <= 1e-10);
            double size = 0;
            for (std::size_t k = 1; k < before.size(); ++k) {
                CHECK(distance(before[k], after[k]) <= 1e-10 * (1 + largest(before[k])));
                size = std::max(size, largest(before[k]));
            }
            CHECK(size > 0.1);
        }
    }
}

TEST_CASE_TEMPLATE("batches: train and eval are the same bits, but for BatchNorm and Dropout", T, float,
                   double) {
    const std::uint64_t seed = test_seed(34);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        const Sizes s(rng);
        const Tensor<T> x = normal<T>({s.n, s.channels, s.length}, rng, 0.5);
        std::vector<std::pair<std::string, std::unique_ptr<Module<T>>>> modules;
        modules.emplace_back("LayerNorm", std::make_unique<LayerNorm<T>>(s.length));
        modules.emplace_back("RMSNorm", std::make_unique<RMSNorm<T>>(s.length));
        modules.emplace_back("GroupNorm", std::make_unique<GroupNorm<T>>(1, s.channels));
        modules.emplace_back("InstanceNorm", std::make_unique<InstanceNorm<T>>(s.channels));
        modules.emplace_back("WeightNorm", std::make_unique<WeightNorm<T>>(Linear<T>(s.length, 3, rng)));
        for (auto& named : modules) {
            const std::string& name = named.first;
            Module<T>* const module = named.second.get();
            CAPTURE(name);
            const auto record = [&m = *module](Variable<T> v) { return m(v); };
            const Tensor<T> in_training = run(record, x);
            module->eval();
            CHECK(same_bits(in_training, run(record, x)));
            module->train();
            CHECK(same_bits(in_training, run(record, x)));
        }
        BatchNorm<T> batch(s.channels);
        const auto record = [&](Variable<T> v) { return batch(v); };
        const Tensor<T> in_training = run(record, x);
        batch.eval();
        CHECK(distance(in_training, run(record, x)) > 1e-3);
        batch.train();
        CHECK(same_bits(in_training, run(record, x)));
    }
}

TEST_CASE("batches: BatchNorm in eval mode normalizes by what training left, and leaves it alone") {
    const std::uint64_t seed = test_seed(35);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        const Sizes s(rng);
        const double momentum = rng.uniform(0.05, 0.9);
        BatchNorm<double> norm(s.channels, {.momentum = momentum});
        norm.weight->value = gammas<double>({s.channels}, rng);
        norm.bias->value = normal<double>({s.channels}, rng);
        std::vector<double> mean(s.channels, 0.0), var(s.channels, 1.0);
        const auto record = [&](Variable<double> v) { return norm(v); };
        const auto channel = [&](std::size_t i) { return i / s.length % s.channels; };
        for (int step = 0; step < 3; ++step) {
            const Tensor<double> x = normal<double>({s.n, s.channels, s.length}, rng, 2, 1.5);
            run(record, x);
            const double count = static_cast<double>(s.n * s.length);
            std::vector<double> batch_mean(s.channels), squares(s.channels);
            for (std::size_t i = 0; i < x.size(); ++i) batch_mean[channel(i)] += x.storage()[i] / count;
            for (std::size_t i = 0; i < x.size(); ++i)
                squares[channel(i)] += std::pow(x.storage()[i] - batch_mean[channel(i)], 2);
            for (std::size_t c = 0; c < s.channels; ++c) {
                mean[c] = (1 - momentum) * mean[c] + momentum * batch_mean[c];
                var[c] = (1 - momentum) * var[c] + momentum * squares[c] / (count - 1);
            }
        }
        norm.eval();
        const Tensor<double> kept = norm.running->mean,
                             x = normal<double>({s.n, s.channels, s.length}, rng, 2);
        const Tensor<double> y = run(record, x);
        CHECK(same_bits(kept, norm.running->mean));
        CHECK(norm.running->batches() == 3);
        double worst = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::size_t c = channel(i);
            const double expected =
                (x.storage()[i] - mean[c]) / std::sqrt(var[c] + 1e-5) * norm.weight->value.storage()[c] +
                norm.bias->value.storage()[c];
            worst = std::max(worst, std::abs(y.storage()[i] - expected));
        }
        CHECK(worst <= 1e-11);
    }
}
