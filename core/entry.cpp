#include <tapedeck/core/entry.hpp>

#include <fmt/format.h>

#include <tapedeck/core/refuse.hpp>

namespace tapedeck {

template <class T>
const Tensor<T>& Entry<T>::grad(Where where) const {
    if (!has_grad()) refuse::no_gradient_yet(where, text(), needs_grad_);
    return *grad_;
}

template <class T>
std::string Entry<T>::text() const {
    std::string text = fmt::format("entry #{}, {}", index_, op());
    if (name_ != nullptr) text += fmt::format(" \"{}\"", *name_);
    if (!scope().empty()) text += fmt::format(" in {}", scope());
    if (where_.known()) text += fmt::format(" ({})", where_.text());
    return text;
}

template class Entry<float>;
template class Entry<double>;

}  // namespace tapedeck
