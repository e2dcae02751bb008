// Is this gradient right, and whose fault is it if not?
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// A gradient beside differences.
struct GradientCheck {
    bool ok = false;        ///< they agree in all elements that were compared
    std::size_t entry = 0;  ///< the entry whose gradient, or whose adjoint, was checked
    std::string subject;    ///< the same in words: "the adjoint of entry #5, Tanh in mlp/act1 (demo.cpp:40)"
    std::size_t compared = 0;  ///< elements
    std::size_t wrong = 0;     ///< of these

    // Where the error is largest:
    std::size_t worst_entry = 0;  ///< in the gradient of this entry,
    Shape worst = {};             ///< the index of the element, one number for each axis
    double got = 0;               ///< what was recorded there
    double expected = 0;          ///< the difference
    double uncertainty = 0;       ///< of `expected`

    std::string text() const;  ///< one line
};

/// The gradient that the last reverse pass brought to `at`, against numeric_gradient(loss, at). A mistake in
/// any adjoint between the two shows here; check_adjoint says which it is. At most 64 elements are compared,
/// spread evenly. At a kink, anything between the slopes on both sides is right; what is not finite is left
/// out. A parameter's gradient holds what all passes since zero_grad() brought; give it one.
/// @throws StaleVariableError when no reverse pass has reached `at`; and what numeric_gradient throws.
template <class T>
GradientCheck check_gradient(Variable<T> loss, Variable<T> at, Where where = Where::here());

/// v's own adjoint, and nothing else, against differences of its own forward, for a random upstream gradient:
/// what it hands to each of its inputs, at most 64 elements each. Kinks and infinities as above. It needs no
/// reverse pass.
/// @throws ValueError when v is a leaf, or no input of it wants a gradient.
template <class T>
GradientCheck check_adjoint(Variable<T> v, Where where = Where::here());

/// check_adjoint of every entry that has an adjoint to run: those that are wrong, in the order of recording.
/// @throws StaleVariableError when the values on the tape are not those of one run.
template <class T>
std::vector<GradientCheck> wrong_adjoints(Tape<T>& tape, Where where = Where::here());

}  // namespace tapedeck
