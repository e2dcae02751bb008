#include <tapedeck/core/variable.hpp>

#include <tapedeck/core/refuse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

template <class T>
const Entry<T>& Variable<T>::entry() const {
    return tape().entry_of(*this);
}

template <class T>
Tape<T>& Variable<T>::tape() const {
    if (tape_ == nullptr) refuse::no_tape();
    return *tape_;
}

template <class T>
T Variable<T>::item() const {
    const Entry<T>& e = entry();
    if (e.value().size() != 1) refuse::no_item(e.text(), e.value().shape());
    return e.value().storage()[0];
}

template <class T>
Variable<T> Variable<T>::named(std::string_view name) const {
    Tape<T>& t = tape();
    t.name_entry(t.entries_[index()], name);
    return *this;
}

template class Variable<float>;
template class Variable<double>;

}  // namespace tapedeck
