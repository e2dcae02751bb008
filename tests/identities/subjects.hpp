// The normalizations, each on a shape drawn at random, with the sets that its statistics are taken over.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include <tapedeck/core/ops/normalize.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck::test {

/// One normalization on one shape.
template <class T>
struct Subject {
    std::string name{};
    Shape shape{};                       ///< of x
    Shape affine{};                      ///< of weight and bias
    bool centered = true;                ///< whether the mean is taken off
    std::size_t sets = 0;                ///< how many means there are
    std::vector<std::size_t> set{};      ///< which of them element i of x takes part in
    std::vector<std::size_t> channel{};  ///< which element of weight and bias belongs to it
    std::function<Variable<T>(Variable<T> x, Optional<T> weight, Optional<T> bias, double eps)> record{};

    std::size_t per_set() const { return set.size() / sets; }
    /// The mean over each set of f(i), in double.
    template <class F>
    std::vector<double> means(F f) const {
        std::vector<double> all(sets, 0.0);
        for (std::size_t i = 0; i < set.size(); ++i) all[set[i]] += f(i);
        for (double& m : all) m /= static_cast<double>(per_set());
        return all;
    }
};

/// The differences that rounding may make, for numbers of the size of 1.
template <class T>
constexpr double rounding = std::is_same_v<T, float> ? 2e-5 : 1e-12;

template <class T>
Tensor<T> normal(const Shape& shape, Random& rng, double mean = 0, double deviation = 1) {
    Tensor<T> x = Tensor<T>::from_shape(shape);
    for (T& v : x.storage()) v = static_cast<T>(rng.normal(mean, deviation));
    return x;
}
/// Normal, and no set's variance is below 0.1: with nearly constant sets rounding is what one would see.
template <class T>
Tensor<T> conditioned(const Subject<T>& s, Random& rng, double mean = 0, double deviation = 1) {
    Tensor<T> x = normal<T>(s.shape, rng, mean, deviation);
    for (bool again = true; again;) {
        const auto at = [&](std::size_t i) { return static_cast<double>(x.storage()[i]); };
        const auto means = s.means(at);
        const auto variances = s.means([&](std::size_t i) { return std::pow(at(i) - means[s.set[i]], 2); });
        again = false;
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (variances[s.set[i]] >= 0.1) continue;
            x.storage()[i] = static_cast<T>(rng.normal(mean, deviation));
            again = true;
        }
    }
    return x;
}
/// Uniform in 0.5 … 2 with either sign: away from 0 and from 1.
template <class T>
Tensor<T> gammas(const Shape& shape, Random& rng) {
    Tensor<T> x = Tensor<T>::from_shape(shape);
    for (T& v : x.storage()) v = static_cast<T>(rng.uniform(0.5, 2) * (rng.bernoulli(0.5) ? 1 : -1));
    return x;
}

/// The largest |a - b|; infinite when the shapes differ, or one is no number.
template <class T>
double distance(const Tensor<T>& a, const Tensor<T>& b) {
    if (a.shape() != b.shape()) return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = std::abs(static_cast<double>(a.storage()[i]) - static_cast<double>(b.storage()[i]));
        if (!(d <= largest)) largest = std::isnan(d) ? INFINITY : d;
    }
    return largest;
}
template <class T>
double largest(const Tensor<T>& x) {
    return distance(x, zeros<T>(x.shape()));
}

/// BatchNorm, LayerNorm, RMSNorm, GroupNorm and InstanceNorm, each on a shape of its own, of three values a
/// set at least (two are ±1 whatever they were).
template <class T>
std::vector<Subject<T>> subjects(Random& rng) {
    const auto size = [&](std::size_t low, std::size_t high) { return low + rng.below(high - low + 1); };
    std::vector<Subject<T>> all;
    const auto blocks = [](Subject<T>& s, std::size_t per_block) {
        s.set.resize(elements(s.shape));
        for (std::size_t i = 0; i < s.set.size(); ++i) s.set[i] = i / per_block;
        s.sets = s.set.size() / per_block;
    };
    const auto channels = [](const Shape& x) {
        std::vector<std::size_t> channel(elements(x));
        const std::size_t length = x.size() == 3 ? x[2] : 1;
        for (std::size_t i = 0; i < channel.size(); ++i) channel[i] = i / length % x[1];
        return channel;
    };

    Subject<T> batch{.name = "BatchNorm", .shape = {size(3, 9), size(1, 19)}};
    if (rng.bernoulli(0.5)) batch.shape.push_back(size(1, 9));
    batch.affine = {batch.shape[1]};
    batch.sets = batch.shape[1];
    batch.set = batch.channel = channels(batch.shape);
    batch.record = [](Variable<T> x, Optional<T> w, Optional<T> b, double eps) {
        return batch_norm(x, nullptr, w, b, {.eps = eps});
    };
    all.push_back(batch);

    for (const bool centered : {true, false}) {
        Subject<T> layer{.name = centered ? "LayerNorm" : "RMSNorm", .shape = {size(1, 6), size(3, 40)}};
        layer.centered = centered;
        if (rng.bernoulli(0.3)) layer.shape.insert(layer.shape.begin(), size(1, 3));
        layer.affine = {layer.shape.back()};
        if (layer.shape.size() == 3 && rng.bernoulli(0.5))
            layer.affine.insert(layer.affine.begin(), layer.shape[1]);
        const Shape over = layer.affine;
        blocks(layer, elements(over));
        for (std::size_t i = 0; i < layer.set.size(); ++i) layer.channel.push_back(i % elements(over));
        if (centered) {
            layer.record = [over](Variable<T> x, Optional<T> w, Optional<T> b, double eps) {
                return layer_norm(x, over, w, b, eps);
            };
        } else {
            layer.record = [over](Variable<T> x, Optional<T> w, Optional<T>, double eps) {
                return rms_norm(x, over, w, eps);
            };
        }
        all.push_back(layer);
    }

    const std::size_t groups = size(1, 4);
    Subject<T> group{.name = "GroupNorm", .shape = {size(1, 4), groups * size(1, 4), size(3, 9)}};
    group.affine = {group.shape[1]};
    blocks(group, group.shape[1] / groups * group.shape[2]);
    group.channel = channels(group.shape);
    group.record = [groups](Variable<T> x, Optional<T> w, Optional<T> b, double eps) {
        return group_norm(x, groups, w, b, eps);
    };
    all.push_back(group);

    Subject<T> instance{.name = "InstanceNorm", .shape = {size(1, 4), size(1, 9), size(3, 17)}};
    instance.affine = {instance.shape[1]};
    blocks(instance, instance.shape[2]);
    instance.channel = channels(instance.shape);
    instance.record = [](Variable<T> x, Optional<T> w, Optional<T> b, double eps) {
        return instance_norm(x, nullptr, w, b, {.eps = eps});
    };
    all.push_back(instance);
    return all;
}

}  // namespace tapedeck::test
