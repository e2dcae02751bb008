// The leaves of a tape: they compute nothing, their values are given.
#pragma once

#include <tapedeck/core/op.hpp>

namespace tapedeck::op {

template <class T>
struct Leaf : Op<T> {
    std::string_view rule() const override { return ""; }
    void forward(Forward<T>&) override {}
    void adjoint(Reverse<T>&) override {}
};
/// Data, without a gradient.
template <class T>
struct Input final : Leaf<T> {
    std::string_view name() const override { return "Input"; }
};
/// A leaf that collects a gradient.
template <class T>
struct Variable final : Leaf<T> {
    std::string_view name() const override { return "Variable"; }
};
/// A module's parameter, read in place.
template <class T>
struct Parameter final : Leaf<T> {
    std::string_view name() const override { return "Parameter"; }
};

}  // namespace tapedeck::op
