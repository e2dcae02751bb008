#include <tapedeck/core/variable.hpp>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

template <class T>
const Entry<T>& Variable<T>::entry() const {
    return tape().entry_of(*this);
}

template <class T>
Tape<T>& Variable<T>::tape() const {
    if (tape_ == nullptr) {
        throw StaleVariableError(
            "this Variable is on no tape: it was default-constructed; assign it from tape.input, "
            "tape.variable or an operation.");
    }
    return *tape_;
}

template <class T>
T Variable<T>::item() const {
    const Entry<T>& e = entry();
    if (e.value().size() != 1) {
        throw ShapeError(
            fmt::format("item of {}: its shape is {}, and only a tensor of one element has an item; take its "
                        "sum or mean.",
                        e.text(), to_text(e.value().shape())));
    }
    return e.value().storage()[0];
}

template <class T>
Variable<T> Variable<T>::named(std::string_view name) const {
    tape().name_entry(*this, name);
    return *this;
}

template <class T>
Variable<T> Located<T>::on(Tape<T>& tape) const {
    return constant_ ? tape.input(*constant_, "", where_) : variable_;
}

template <class T>
Tape<T>& Located<T>::common_tape(std::initializer_list<const Located*> operands) {
    const Located* found = *operands.begin();
    for (const Located* operand : operands) {
        if (!operand->constant_) {
            found = operand;
            break;
        }
    }
    return found->variable_.tape();
}

template class Variable<float>;
template class Variable<double>;
template class Located<float>;
template class Located<double>;

}  // namespace tapedeck
