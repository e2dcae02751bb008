// The weight and the bias that a normalization may have: inputs 1 and 2, or either, or none.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck::op {

struct AffineInputs {
    bool has_weight = false;
    bool has_bias = false;

    std::size_t bias_index() const { return has_weight ? 2 : 1; }

    /// Null where there is none. `Pass` is a Forward or a Reverse.
    auto* weight(const auto& pass) const { return has_weight ? pass.input(1).storage().data() : nullptr; }
    auto* bias(const auto& pass) const {
        return has_bias ? pass.input(bias_index()).storage().data() : nullptr;
    }

    /// Where to add gradients, ready for +=; null where nobody wants them.
    template <class T>
    T* weight_gradient(Reverse<T>& r) const {
        return has_weight ? ready(r, 1) : nullptr;
    }
    template <class T>
    T* bias_gradient(Reverse<T>& r) const {
        return has_bias ? ready(r, bias_index()) : nullptr;
    }

    template <class T>
    void check(const Forward<T>& f, const Shape& expected) const {
        const auto check_one = [&](std::size_t i, std::string_view what) {
            if (f.input(i).shape() == expected) return;
            f.fail(fmt::format("x is {}, {} is {}: the {} must be {}.", to_text(f.input(0).shape()), what,
                               to_text(f.input(i).shape()), what, to_text(expected)),
                   {"x"});
        };
        if (has_weight) check_one(1, "weight");
        if (has_bias) check_one(bias_index(), "bias");
    }

  private:
    template <class T>
    static T* ready(Reverse<T>& r, std::size_t i) {
        if (!r.needs(i)) return nullptr;
        const Deposit<T> to = r.deposit(i);
        if (!to.add) std::fill_n(to.data, r.input(i).storage().size(), T(0));
        return to.data;
    }
};

/// Records O with x and whichever of weight and bias are given; `options` makes its options from an
/// AffineInputs.
template <class O, class T, class F>
Variable<T> record_with_affine(Where where, const Variable<T>& x, const std::optional<Variable<T>>& weight,
                               const std::optional<Variable<T>>& bias, F options) {
    std::array<Variable<T>, 3> inputs{x};
    std::size_t n = 1;
    if (weight) inputs[n++] = *weight;
    if (bias) inputs[n++] = *bias;
    const auto made = options(AffineInputs{weight.has_value(), bias.has_value()});
    return record<O>(where, made, std::span<const Variable<T>>(inputs.data(), n));
}

}  // namespace tapedeck::op
