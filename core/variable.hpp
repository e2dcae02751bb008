// Variable: the user's handle on an entry of a tape.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <tapedeck/core/entry.hpp>
#include <tapedeck/core/tensor.hpp>
#include <tapedeck/core/where.hpp>

namespace tapedeck {

template <class T>
class Tape;
template <class T>
class Located;
template <class T>
class Variable;

template <class T>
Variable<T> add(const Located<T>& a, const Located<T>& b);
template <class T>
Variable<T> subtract(const Located<T>& a, const Located<T>& b);
template <class T>
Variable<T> multiply(const Located<T>& a, const Located<T>& b);
template <class T>
Variable<T> divide(const Located<T>& a, const Located<T>& b);
template <class T>
Variable<T> negate(const Located<T>& a);

/// A handle on an entry of a tape; cheap to copy. It holds until the tape is rewound: using it after that
/// throws StaleVariableError.
template <class T = float>
class Variable {
  public:
    Variable() = default;  ///< of no tape: every use throws

    const Entry<T>& entry() const;
    const Tensor<T>& value() const { return entry().value(); }
    const Shape& shape() const { return value().shape(); }
    /// The value of a tensor of one element.
    /// @throws ShapeError when it has more, or none.
    T item() const;
    /// dL/d this, once a reverse pass has reached it.
    /// @throws StaleVariableError when none has.
    const Tensor<T>& grad() const { return entry().grad(); }
    bool has_grad() const { return entry().has_grad(); }
    std::size_t index() const { return entry().index(); }
    Tape<T>& tape() const;
    /// Names the entry, for printing and for Playback::until; returns the same handle.
    Variable named(std::string_view name) const;

    // NumPy's broadcasting; a number or an xtensor expression on either side becomes a constant on the tape.
    friend Variable operator+(Located<T> a, Located<T> b) { return add(a, b); }
    friend Variable operator-(Located<T> a, Located<T> b) { return subtract(a, b); }
    friend Variable operator*(Located<T> a, Located<T> b) { return multiply(a, b); }
    friend Variable operator/(Located<T> a, Located<T> b) { return divide(a, b); }
    friend Variable operator-(Located<T> a) { return negate(a); }

  private:
    friend class Tape<T>;
    Variable(Tape<T>* tape, std::uint32_t index, std::uint32_t generation)
        : tape_(tape), index_(index), generation_(generation) {}

    Tape<T>* tape_ = nullptr;
    std::uint32_t index_ = 0;
    std::uint32_t generation_ = 0;
};

/// An operand together with the line that it was used on: what the operators take, so that `a * b + 2` knows
/// where it stands. Converts from a Variable, a number, or an xtensor expression.
template <class T>
class Located {
  public:
    Located(Variable<T> variable, Where where = Where::here()) : variable_(variable), where_(where) {}
    template <class N>
    requires std::is_arithmetic_v<N> Located(N number, Where where = Where::here())
        : constant_(static_cast<T>(number)), where_(where) {}
    template <TensorExpression E>
    Located(const E& expression, Where where = Where::here()) : constant_(expression), where_(where) {}

    Where where() const { return where_; }
    /// The operand as a Variable: a constant is recorded on `tape`.
    Variable<T> on(Tape<T>& tape) const;
    /// The tape of whichever of the operands is a Variable.
    /// @throws StaleVariableError when none is.
    static Tape<T>& common_tape(std::initializer_list<const Located*> operands);

  private:
    Variable<T> variable_;
    std::optional<Tensor<T>> constant_;
    Where where_;
};

/// An operand that may be left out; from a Variable, from std::nullopt, or from another optional.
template <class T>
using Optional = std::type_identity_t<std::optional<Variable<T>>>;

template <class X>
inline constexpr bool is_variable = false;
template <class T>
inline constexpr bool is_variable<Variable<T>> = true;

extern template class Variable<float>;
extern template class Variable<double>;
extern template class Located<float>;
extern template class Located<double>;

}  // namespace tapedeck

namespace xt::detail {
// Without this `variable + expression` silently builds a lazy xtensor function over the Variable as if it
// were a number. With no type to return, xtensor's operators step aside, and ours take the expression as a
// constant.
template <class F, class A, class B>
requires tapedeck::is_variable<std::remove_cvref_t<A>> || tapedeck::is_variable<std::remove_cvref_t<B>>
struct xfunction_type<F, A, B> {
};
}  // namespace xt::detail
