#include <tapedeck/core/ops/arithmetic.hpp>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

/// y = a + b
template <class T>
struct Add final : Op<T> {
    std::string_view name() const override { return "Add"; }
    std::string_view rule() const override { return "da = dy, db = dy"; }
    void forward(Forward<T>& f) override {
        f.each([](auto a, auto b) { return a + b; }, f.input(0), f.input(1));
    }
    void adjoint(Reverse<T>& r) override {
        r.pass_on(0);
        r.pass_on(1);
    }
};

/// y = a - b
template <class T>
struct Subtract final : Op<T> {
    std::string_view name() const override { return "Subtract"; }
    std::string_view rule() const override { return "da = dy, db = -dy"; }
    void forward(Forward<T>& f) override {
        f.each([](auto a, auto b) { return a - b; }, f.input(0), f.input(1));
    }
    void adjoint(Reverse<T>& r) override {
        r.pass_on(0);
        r.each(
            1, [](auto dy) { return -dy; }, r.upstream());
    }
};

/// y = a * b
template <class T>
struct Multiply final : Op<T> {
    std::string_view name() const override { return "Multiply"; }
    std::string_view rule() const override { return "da = dy * b, db = dy * a"; }
    void forward(Forward<T>& f) override {
        f.each([](auto a, auto b) { return a * b; }, f.input(0), f.input(1));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto b) { return dy * b; }, r.upstream(), r.input(1));
        r.each(
            1, [](auto dy, auto a) { return dy * a; }, r.upstream(), r.input(0));
    }
};

/// y = a / b
template <class T>
struct Divide final : Op<T> {
    std::string_view name() const override { return "Divide"; }
    std::string_view rule() const override { return "da = dy / b, db = -dy * y / b"; }
    void forward(Forward<T>& f) override {
        f.each([](auto a, auto b) { return a / b; }, f.input(0), f.input(1));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto b) { return dy / b; }, r.upstream(), r.input(1));
        r.each(
            1, [](auto dy, auto y, auto b) { return -dy * y / b; }, r.upstream(), r.output(), r.input(1));
    }
};

/// y = -a
template <class T>
struct Negate final : Op<T> {
    std::string_view name() const override { return "Negate"; }
    std::string_view rule() const override { return "da = -dy"; }
    void forward(Forward<T>& f) override {
        f.each([](auto a) { return -a; }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy) { return -dy; }, r.upstream());
    }
};

/// xsimd's own pow is wrong for 0^0 and at infinities.
template <class V>
V power(const V& a, const V& b) {
    return kernels::lane_by_lane([](auto x, auto y) { return std::pow(x, y); }, a, b);
}

/// y = a^b
template <class T>
struct Pow final : Op<T> {
    std::string_view name() const override { return "Pow"; }
    std::string_view rule() const override { return "da = dy * b * a^(b-1), db = dy * y * log(a)"; }
    void forward(Forward<T>& f) override {
        f.each([](auto a, auto b) { return power(a, b); }, f.input(0), f.input(1));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0,
            [](auto dy, auto a, auto b) {
                using V = decltype(b);
                return select(b == V(0), V(0), dy * b * power(a, b - V(1)));
            },
            r.upstream(), r.input(0), r.input(1));
        r.each(
            1,
            [](auto dy, auto y, auto a, auto b) {
                using V = decltype(b);
                return select(a == V(0), select(b < V(0), dy * y * log(a), V(0)), dy * y * log(a));
            },
            r.upstream(), r.output(), r.input(0), r.input(1));
    }
};

/// y = max(a, b)
template <class T>
struct Maximum final : Op<T> {
    std::string_view name() const override { return "Maximum"; }
    std::string_view rule() const override {
        return "da = dy where a > b, db = dy where b > a, half each where equal";
    }
    void forward(Forward<T>& f) override {
        // The second test hands on a NaN from either side; a != a would not, since xsimd's != is false for
        // NaN under AVX-512.
        f.each([](auto a, auto b) { return select(a > b, a, select(a == a, b, a)); }, f.input(0), f.input(1));
    }
    void adjoint(Reverse<T>& r) override {
        const auto share = [](auto dy, auto mine, auto other) {
            using V = decltype(dy);
            // Of a NaN on either side both get dy, as in PyTorch.
            return select(mine < other, V(0), select(mine == other, dy * V(T(0.5)), dy));
        };
        r.each(0, share, r.upstream(), r.input(0), r.input(1));
        r.each(1, share, r.upstream(), r.input(1), r.input(0));
    }
};

/// y = mask ? a : b, with the mask as zeros and ones
template <class T>
struct Choice : Op<T> {
    void forward(Forward<T>& f) override {
        f.each([](auto mask, auto a, auto b) { return select(mask != decltype(mask)(0), a, b); }, f.input(0),
               f.input(1), f.input(2));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            1, [](auto dy, auto mask) { return select(mask != decltype(mask)(0), dy, decltype(dy)(0)); },
            r.upstream(), r.input(0));
        r.each(
            2, [](auto dy, auto mask) { return select(mask != decltype(mask)(0), decltype(dy)(0), dy); },
            r.upstream(), r.input(0));
    }
};
template <class T>
struct Where final : Choice<T> {
    std::string_view name() const override { return "Where"; }
    std::string_view rule() const override { return "da = dy where mask, db = dy where not"; }
};
/// y = mask ? value : x
template <class T>
struct MaskedFill final : Choice<T> {
    std::string_view name() const override { return "MaskedFill"; }
    std::string_view rule() const override { return "dx = dy where not mask"; }
    void forward(Forward<T>& f) override {
        const Shape& mask = f.input(0).shape();
        const Shape& x = f.input(2).shape();
        Shape both;
        if (!broadcast(mask, x, both)) {
            f.fail(fmt::format("x is {}, mask is {}: they do not broadcast: counted from the last dimension, "
                               "sizes must be equal or 1.",
                               to_text(x), to_text(mask)),
                   {"the mask", "the value", "x"});
        }
        Choice<T>::forward(f);
    }
};

}  // namespace op

namespace {

template <class O, class T>
Variable<T> record_pair(const Located<T>& a, const Located<T>& b) {
    if (!a.is_constant() && !b.is_constant()) return op::record<O>(a.where(), {}, a.variable(), b.variable());
    Tape<T>& tape = op::tape_for<O>(a.where(), {}, a.variable(), b.variable());
    const Attempt<T> attempt(tape);
    return tape.template record<O>(a.where(), {}, a.on(tape), b.on(tape));
}

}  // namespace

template <class T>
Variable<T> add(const Located<T>& a, const Located<T>& b) {
    return record_pair<op::Add<T>>(a, b);
}
template <class T>
Variable<T> subtract(const Located<T>& a, const Located<T>& b) {
    return record_pair<op::Subtract<T>>(a, b);
}
template <class T>
Variable<T> multiply(const Located<T>& a, const Located<T>& b) {
    return record_pair<op::Multiply<T>>(a, b);
}
template <class T>
Variable<T> divide(const Located<T>& a, const Located<T>& b) {
    return record_pair<op::Divide<T>>(a, b);
}
template <class T>
Variable<T> negate(const Located<T>& a) {
    Tape<T>& tape = op::tape_for<op::Negate<T>>(a.where(), {}, a.variable());
    return tape.template record<op::Negate<T>>(a.where(), {}, a.on(tape));
}
template <class T>
Variable<T> pow(Variable<T> base, Located<std::type_identity_t<T>> exponent, Where where) {
    return record_pair<op::Pow<T>>(Located<T>(base, where), exponent);
}
template <class T>
Variable<T> maximum(Variable<T> a, Located<std::type_identity_t<T>> b, Where where) {
    return record_pair<op::Maximum<T>>(Located<T>(a, where), b);
}
template <class T>
Variable<T> where(const Tensor<bool>& mask, Variable<T> a, Located<std::type_identity_t<T>> b, Where line) {
    Tape<T>& tape = op::tape_for<op::Where<T>>(line, {}, a, b.variable());
    const Attempt<T> attempt(tape);
    const Variable<T> as_numbers = tape.input(mask, "mask", line);
    return tape.template record<op::Where<T>>(line, {}, as_numbers, a, b.on(tape));
}
template <class T>
Variable<T> masked_fill(Variable<T> x, const Tensor<bool>& mask, std::type_identity_t<T> value, Where where) {
    Tape<T>& tape = op::tape_for<op::MaskedFill<T>>(where, {}, x);
    const Attempt<T> attempt(tape);
    const Variable<T> as_numbers = tape.input(mask, "mask", where);
    const Variable<T> filling = tape.input(Tensor<T>(value), "", where);
    return tape.template record<op::MaskedFill<T>>(where, {}, as_numbers, filling, x);
}

#define INSTANTIATE(T)                                                               \
    template Variable<T> add(const Located<T>&, const Located<T>&);                  \
    template Variable<T> subtract(const Located<T>&, const Located<T>&);             \
    template Variable<T> multiply(const Located<T>&, const Located<T>&);             \
    template Variable<T> divide(const Located<T>&, const Located<T>&);               \
    template Variable<T> negate(const Located<T>&);                                  \
    template Variable<T> pow(Variable<T>, Located<T>, Where);                        \
    template Variable<T> maximum(Variable<T>, Located<T>, Where);                    \
    template Variable<T> where(const Tensor<bool>&, Variable<T>, Located<T>, Where); \
    template Variable<T> masked_fill(Variable<T>, const Tensor<bool>&, T, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
