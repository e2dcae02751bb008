#include <tapedeck/layers/sequential.hpp>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck {

template <class T>
void Sequential<T>::check_name(std::string_view name) const {
    if (name.empty() || name.find_first_of("./") != std::string_view::npos) {
        throw ValueError(
            fmt::format("Sequential::add(\"{}\"): a name is not empty and has neither '.' nor '/'.", name));
    }
    for (const auto& [taken, child] : children_) {
        if (taken == name)
            throw ValueError(
                fmt::format("Sequential::add(\"{}\"): the name is taken; give each module its own.", name));
    }
}

template <class T>
Module<T>& Sequential<T>::operator[](std::size_t i) const {
    if (i >= children_.size())
        throw ValueError(fmt::format("Sequential has no module {}: it has {}, counted from 0.", as_written(i),
                                     children_.size()));
    return *children_[i].second;
}

template <class T>
Variable<T> Sequential<T>::forward(Variable<T> x) {
    const Where where = x.tape().where();
    for (auto& [name, child] : children_) x = (*child)(x, where);
    return x;
}

template class Sequential<float>;
template class Sequential<double>;

}  // namespace tapedeck
