// Three activations as a student would add them to the library. In one of them, which the seed chooses, a
// sign in the adjoint is wrong, on purpose: see models.cpp, "wrong-by-hand".
#pragma once

#include <cmath>
#include <string_view>
#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/op.hpp>
#include <tapedeck/core/reverse.hpp>

namespace tapedeck::demos::step_through::by_hand {

/// 1, or -1 for the mistake.
struct Sign {
    double sign = 1;
};

/// y = x / (1 + |x|)
template <class T>
struct Softsign final : Op<T> {
    using Options = Sign;
    Options options;

    std::string_view name() const override { return "Softsign"; }
    std::string_view rule() const override { return "dx = dy * (1 - |y|)^2"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return x / (1 + std::abs(x)); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0,
            [sign = options.sign](auto dy, auto y) {
                const auto slope = 1 - sign * std::abs(y);
                return dy * slope * slope;
            },
            r.upstream(), r.output());
    }
};

/// y = x * sigmoid(x)
template <class T>
struct Swish final : Op<T> {
    using Options = Sign;
    Options options;

    std::string_view name() const override { return "Swish"; }
    std::string_view rule() const override { return "dx = dy * (s + y * (1 - s)), s = sigmoid(x)"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return x / (1 + std::exp(-x)); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0,
            [sign = options.sign](auto dy, auto y, auto x) {
                const auto s = 1 / (1 + std::exp(-x));
                return dy * (s + sign * y * (1 - s));
            },
            r.upstream(), r.output(), r.input(0));
    }
};

/// y = log(1 + e^x)
template <class T>
struct Softplus final : Op<T> {
    using Options = Sign;
    Options options;

    std::string_view name() const override { return "Softplus"; }
    std::string_view rule() const override { return "dx = dy * sigmoid(x)"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return std::log(1 + std::exp(x)); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [sign = options.sign](auto dy, auto x) { return dy / (1 + std::exp(-sign * x)); },
            r.upstream(), r.input(0));
    }
};

}  // namespace tapedeck::demos::step_through::by_hand
