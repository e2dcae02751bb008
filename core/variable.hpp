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

/// An operand that may be left out; from a Variable, from std::nullopt, or from another optional.
template <class T>
using Optional = std::type_identity_t<std::optional<Variable<T>>>;

extern template class Variable<float>;
extern template class Variable<double>;

}  // namespace tapedeck

// Operators take Located operands.
#include <tapedeck/core/located.hpp>
