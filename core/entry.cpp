#include <tapedeck/core/entry.hpp>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck {

template <class T>
const Tensor<T>& Entry<T>::grad() const {
    if (!has_grad()) {
        throw StaleVariableError(fmt::format(
            "{} has no gradient: {}.", text(),
            needs_grad_
                ? "no reverse pass has reached it; call tape.backward(loss), with a loss that depends on it"
                : "it is data, or was recorded while paused or detached; tape.variable(x) collects a "
                  "gradient"));
    }
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
