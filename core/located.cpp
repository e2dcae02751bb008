#include <tapedeck/core/located.hpp>

#include <tapedeck/core/tape.hpp>

namespace tapedeck {

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

template class Located<float>;
template class Located<double>;

}  // namespace tapedeck
