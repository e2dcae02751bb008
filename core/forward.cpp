#include <tapedeck/core/forward.hpp>

#include <fmt/format.h>

#include <tapedeck/core/kernels/transpose.hpp>

namespace tapedeck {

template <class T>
std::string Forward<T>::explain(const std::string& what,
                                std::initializer_list<std::string_view> labels) const {
    std::string text = function_name(entry_.op());
    if (!entry_.scope().empty()) text += fmt::format(" in {}", entry_.scope());
    if (entry_.where().known()) text += fmt::format(" ({})", entry_.where().text());
    text += ": " + what;
    std::size_t i = 0;
    for (const std::string_view label : labels) {
        if (i == inputs()) break;
        text += maker(i++, label);
    }
    return text;
}

template <class T>
const T* Forward<T>::transposed(std::size_t i) {
    Entry<T>& source = entries_[entry_.inputs_[i]];
    if (source.parameter_ == nullptr) return nullptr;
    const Tensor<T>& matrix = *source.value_;
    // A value that was replaced without changed() is at least never read beyond its end.
    if (!source.transposed_ || source.own_value_.storage().size() != matrix.storage().size()) {
        source.own_value_.resize({matrix.shape()[1], matrix.shape()[0]});
        kernels::transpose(matrix.shape()[0], matrix.shape()[1], matrix.storage().data(),
                           source.own_value_.storage().data());
        source.transposed_ = true;
    }
    return source.own_value_.storage().data();
}

template <class T>
std::string Forward<T>::maker(std::size_t i, std::string_view label) const {
    const Entry<T>& source = entries_[entry_.inputs_[i]];
    return source.parameter() != nullptr ? "" : fmt::format("\n  {} was made by {}", label, source.text());
}

template <class T>
void Forward<T>::fail_to_broadcast() const {
    std::string shapes;
    for (std::size_t i = 0; i < inputs(); ++i)
        shapes += fmt::format("{}{}",
                              i == 0              ? ""
                              : i + 1 == inputs() ? " and "
                                                  : ", ",
                              to_text(input(i).shape()));
    fail("the shapes " + shapes +
             " do not broadcast: counted from the last dimension, sizes must be equal or 1. Use reshape to "
             "line them up.",
         {"the first operand", "the second operand", "the third operand"});
}

template class Forward<float>;
template class Forward<double>;

}  // namespace tapedeck
