#include <tapedeck/core/variable.hpp>

#include <tapedeck/core/refuse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

template <class T>
const Entry<T>& Variable<T>::entry(Where where) const {
    return tape(where).entry_of(*this, "", where);
}

template <class T>
Tape<T>& Variable<T>::tape(Where where) const {
    if (tape_ == nullptr) refuse::no_tape(refuse::user("", where));
    return *tape_;
}

template <class T>
T Variable<T>::item(Where where) const {
    const Entry<T>& e = entry(where);
    if (e.value().size() != 1) refuse::no_item(where, e.text(), e.value().shape());
    return e.value().storage()[0];
}

template <class T>
Variable<T> Variable<T>::named(std::string_view name, Where where) const {
    Tape<T>& t = tape(where);
    t.name_entry(t.entries_[index(where)], name);
    return *this;
}

template class Variable<float>;
template class Variable<double>;

}  // namespace tapedeck
