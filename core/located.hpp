// Located: an operand, and the line that it was used on.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include <tapedeck/core/tensor.hpp>
#include <tapedeck/core/variable.hpp>
#include <tapedeck/core/where.hpp>

namespace tapedeck {

/// An operand together with the line that it was used on: what the operators take, so that `a * b + 2` knows
/// where it stands. Converts from a Variable, a number, or an xtensor expression.
template <class T>
class Located {
  public:
    /// A Variable as it is.
    Located(Variable<T> variable, Where where = Where::here()) : variable_(variable), where_(where) {}
    /// A number: a constant of one element.
    template <class N>
    requires std::is_arithmetic_v<N> Located(N number, Where where = Where::here())
        : constant_(static_cast<T>(number)), where_(where) {}
    /// The tensor must outlive this: it is copied when it is recorded.
    Located(const Tensor<T>& tensor, Where where = Where::here()) : tensor_(&tensor), where_(where) {}
    /// An xtensor expression, computed at once: a constant.
    template <TensorExpression E>
    Located(const E& expression, Where where = Where::here()) : constant_(expression), where_(where) {}

    /// The line that it was used on.
    const Where& where() const { return where_; }
    /// Whether it is a number, tensor or expression, and no Variable.
    bool is_constant() const { return tensor_ != nullptr || constant_.has_value(); }
    /// The operand as a Variable: a constant is recorded on `tape`.
    Variable<T> on(Tape<T>& tape) const;
    /// The operand when it is a Variable; for a constant, one of no tape.
    const Variable<T>& variable() const { return variable_; }

  private:
    Variable<T> variable_;
    const Tensor<T>* tensor_ = nullptr;
    std::optional<Tensor<T>> constant_;
    Where where_;
};

/// While it lives something is tried: when an exception passes, what was recorded meanwhile is taken back,
/// with its side effects, so that an operation or a module that fails leaves nothing behind.
template <class T>
class Attempt {
  public:
    /// Remembers how far this tape is recorded.
    explicit Attempt(Tape<T>& tape);
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;
    ~Attempt();

  private:
    Tape<T>& tape_;
    std::size_t size_;
    std::uint32_t generation_;
    int exceptions_;
};

/// Whether X is a Variable, of any number type.
template <class X>
inline constexpr bool is_variable = false;
/// A Variable is one.
template <class T>
inline constexpr bool is_variable<Variable<T>> = true;

extern template class Located<float>;
extern template class Located<double>;
extern template class Attempt<float>;
extern template class Attempt<double>;

}  // namespace tapedeck

namespace xt::detail {
// Without this `variable + expression` silently builds a lazy xtensor function over the Variable as if it
// were a number. With no type to return, xtensor's operators step aside, and ours take the expression as a
// constant. The same for xtensor's where, which an unqualified where(mask, a, b) finds beside ours.
template <class F, class A, class B>
requires tapedeck::is_variable<std::remove_cvref_t<A>> || tapedeck::is_variable<std::remove_cvref_t<B>>
struct xfunction_type<F, A, B> {
};
template <class F, class M, class A, class B>
requires tapedeck::is_variable<std::remove_cvref_t<A>> || tapedeck::is_variable<std::remove_cvref_t<B>>
struct xfunction_type<F, M, A, B> {
};
}  // namespace xt::detail
