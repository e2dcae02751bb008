#include <tapedeck/core/located.hpp>

#include <exception>

#include <tapedeck/core/tape.hpp>

namespace tapedeck {

template <class T>
Variable<T> Located<T>::on(Tape<T>& tape) const {
    if (tensor_ != nullptr) return tape.input(*tensor_, "", where_);
    return constant_ ? tape.input(*constant_, "", where_) : variable_;
}

template <class T>
Attempt<T>::Attempt(Tape<T>& tape)
    : tape_(tape),
      size_(tape.size()),
      generation_(tape.generation_),
      exceptions_(std::uncaught_exceptions()) {}

template <class T>
Attempt<T>::~Attempt() {
    if (std::uncaught_exceptions() > exceptions_ && tape_.generation_ == generation_) tape_.take_back(size_);
}

template class Attempt<float>;
template class Attempt<double>;
template class Located<float>;
template class Located<double>;

}  // namespace tapedeck
