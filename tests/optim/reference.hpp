// What the optimizers' tests share: a run over made-up gradients, beside a plain one in double.
#pragma once

#include <tapedeck/core/parameter.hpp>

#include <cmath>
#include <type_traits>
#include <vector>

#include "../support.hpp"

namespace tapedeck::test {

inline constexpr int kSteps = 3;

/// Step t's gradient of element i.
inline double gradient(int t, std::size_t i) { return std::sin(1.0 + 3 * t + 0.7 * static_cast<double>(i)); }
inline double start(std::size_t i) { return std::cos(0.3 * static_cast<double>(i)); }

/// Runs kSteps steps of Optimizer over parameters of several sizes, few of them multiples of a SIMD width,
/// and compares with `reference`, which maps the start to the end.
template <class Optimizer, class T, class Options, class F>
void check_steps(const Options& options, F reference) {
    const std::size_t sizes[] = {1, 3, 16, 17, 33, 64, 100};
    std::vector<Parameter<T>> parameters;
    std::vector<Parameter<T>*> pointers;
    for (const std::size_t n : sizes) {
        parameters.emplace_back(Tensor<T>::from_shape({n}));
        for (std::size_t i = 0; i < n; ++i) parameters.back().value(i) = static_cast<T>(start(i));
    }
    for (auto& p : parameters) pointers.push_back(&p);
    Optimizer optimizer(pointers, options);
    for (int t = 0; t < kSteps; ++t) {
        for (auto& p : parameters)
            for (std::size_t i = 0; i < p.grad.size(); ++i) p.grad(i) = static_cast<T>(gradient(t, i));
        optimizer.step();
    }
    const double tolerance = std::is_same_v<T, float> ? 2e-6 : 1e-14;
    for (const auto& p : parameters) {
        std::vector<double> expected(p.value.size());
        for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = start(i);
        expected = reference(expected);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            CAPTURE(expected.size());
            CAPTURE(i);
            CHECK(std::abs(static_cast<double>(p.value(i)) - expected[i]) <= tolerance);
        }
    }
}

}  // namespace tapedeck::test
