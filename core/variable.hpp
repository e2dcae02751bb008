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

/// a + b, with NumPy's broadcasting. @throws ShapeError when the shapes don't broadcast.
template <class T>
Variable<T> add(const Located<T>& a, const Located<T>& b);
/// a - b. @throws as add
template <class T>
Variable<T> subtract(const Located<T>& a, const Located<T>& b);
/// a * b, element by element. @throws as add
template <class T>
Variable<T> multiply(const Located<T>& a, const Located<T>& b);
/// a / b, element by element. @throws as add
template <class T>
Variable<T> divide(const Located<T>& a, const Located<T>& b);
/// -a
template <class T>
Variable<T> negate(const Located<T>& a);

/// A handle on an entry of a tape; cheap to copy. It holds until the tape is rewound: using it after that
/// throws StaleVariableError.
template <class T = float>
class Variable {
  public:
    Variable() = default;  ///< of no tape: every use throws

    // Each takes the user's line, which a refusal names.

    /// The entry. @throws StaleVariableError when the tape was rewound, as all of these do.
    const Entry<T>& entry(Where where = Where::here()) const;
    /// What was computed. The reference is good until the tape is rewound.
    const Tensor<T>& value(Where where = Where::here()) const { return entry(where).value(); }
    /// The value's.
    const Shape& shape(Where where = Where::here()) const { return value(where).shape(); }
    /// The value of a tensor of one element.
    /// @throws ShapeError when it has more, or none.
    T item(Where where = Where::here()) const;
    /// dL/d this, once a reverse pass has reached it.
    /// @throws StaleVariableError when none has.
    const Tensor<T>& grad(Where where = Where::here()) const { return entry(where).grad(where); }
    /// Whether a reverse pass has reached it.
    bool has_grad(Where where = Where::here()) const { return entry(where).has_grad(); }
    /// Its entry's place on the tape.
    std::size_t index(Where where = Where::here()) const { return entry(where).index(); }
    /// The tape that it is on.
    Tape<T>& tape(Where where = Where::here()) const;
    /// Names the entry, for printing and for Playback::until; returns the same handle.
    Variable named(std::string_view name, Where where = Where::here()) const;

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
