// Operations with wrong adjoints: what random programs must find.
#pragma once

#include <cmath>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/reverse.hpp>

namespace tapedeck::test {

/// tanh, whose adjoint forgets a square.
template <class T>
struct WrongTanh final : Op<T> {
    std::string_view name() const override { return "WrongTanh"; }
    std::string_view rule() const override { return "dx = dy * (1 - y)"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return std::tanh(x); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto y) { return dy * (decltype(y)(1) - y); }, r.upstream(), r.output());
    }
};

/// a * b, which assigns to b's gradient where it should add: wrong only where b is used again.
template <class T>
struct WrongProduct final : Op<T> {
    std::string_view name() const override { return "WrongProduct"; }
    std::string_view rule() const override { return "da = dy * b, db = dy * a"; }
    void forward(Forward<T>& f) override {
        f.each([](auto a, auto b) { return a * b; }, f.input(0), f.input(1));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto b) { return dy * b; }, r.upstream(), r.input(1));
        if (!r.needs(1)) return;
        const Deposit<T> db = r.deposit(1);
        const std::size_t n = r.input(1).size();
        for (std::size_t i = 0; i < n; ++i) db.data[i] = r.upstream().storage()[i] * r.input(0).storage()[i];
    }
};

/// x^2, whose result depends on what its slot of the tape did before, by so little that only the bits of a
/// second run show it.
template <class T>
struct ForgetfulSquare final : Op<T> {
    struct Options {
        int nothing = 0;
    };
    Options options;
    int runs = 0;

    std::string_view name() const override { return "ForgetfulSquare"; }
    std::string_view rule() const override { return "dx = dy * 2 * x"; }
    void forward(Forward<T>& f) override {
        const T factor = ++runs == 1 ? T(1) : T(1) + T(1e-9);
        f.each([factor](auto x) { return x * x * decltype(x)(factor); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto x) { return dy * (x + x); }, r.upstream(), r.input(0));
    }
};

}  // namespace tapedeck::test
