// Op: one operation, its forward and its adjoint side by side.
#pragma once

#include <string_view>

namespace tapedeck {

template <class T>
class Forward;
template <class T>
class Reverse;

/// What a tape records: how to compute an entry's value from its inputs' values, and how to hand the gradient
/// that arrives at the entry on to its inputs. Derive from it to write an operation of your own, and record
/// it with `tape.record<MyOp<T>>(where, options, inputs...)`; tests/core/gradcheck_test.cpp has a Softplus.
///
/// An operation with options declares `struct Options` and a member `Options options`, which every recording
/// assigns. Intermediate results that the adjoint needs are further members. A slot of the tape keeps its op
/// when the same kind is recorded there again: they are kept as memory, never as meaning. An operation
/// without members is stateless, and all its entries share one object.
///
/// `adjoint` writes nowhere but through `Reverse`; `forward` has no side effects when `Forward::frozen()`.
template <class T>
struct Op {
    struct Options {};

    virtual ~Op() = default;
    /// "Tanh"
    virtual std::string_view name() const = 0;
    /// The adjoint as a formula: "dx = dy * (1 - y^2)"
    virtual std::string_view rule() const = 0;
    /// Computes the entry's value from its inputs' values. @throws through Forward::fail when they don't fit.
    virtual void forward(Forward<T>& f) = 0;
    /// Hands the entry's gradient on to each input that needs one, by the chain rule.
    virtual void adjoint(Reverse<T>& r) = 0;
    /// Undoes what the last forward changed outside of the tape: running statistics, a generator's state. It
    /// is called when a later part of the same module throws.
    virtual void take_back() {}
};

/// Whether all entries of kind O can share one object.
template <class O, class T>
inline constexpr bool is_stateless = sizeof(O) == sizeof(Op<T>);

}  // namespace tapedeck
