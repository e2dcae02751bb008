// An operation with a mistake in its adjoint, to be found.
#pragma once

#include <tapedeck/tapedeck.hpp>

/// y = x^2, whose adjoint has the wrong sign.
template <class T>
struct WrongSquare final : tapedeck::Op<T> {
    std::string_view name() const override { return "WrongSquare"; }
    std::string_view rule() const override { return "dx = -dy * 2 * x"; }
    void forward(tapedeck::Forward<T>& f) override {
        f.each([](auto x) { return x * x; }, f.input(0));
    }
    void adjoint(tapedeck::Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto x) { return -dy * x - dy * x; }, r.upstream(), r.input(0));
    }
};
