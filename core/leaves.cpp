// How data get onto a tape. Parameters do in parameter.cpp.
#include <algorithm>

#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/ops/leaf.hpp>
#include <tapedeck/core/record.hpp>
#include <tapedeck/core/refuse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

template <class T>
Entry<T>& Tape<T>::prepare_leaf(Op<T>& kind, std::string_view name, Where where) {
    Entry<T>& entry = prepare(where, {});
    entry.op_ = &kind;
    if (!name.empty()) name_entry(entry, name);
    return entry;
}

template <class T>
Variable<T> Tape<T>::input(const Tensor<T>& x, std::string_view name, Where where) {
    Entry<T>& entry = prepare_leaf(shared_operation<op::Input<T>>, name, where);
    entry.own_value_ = x;
    return commit(entry);
}

template <class T>
Variable<T> Tape<T>::input_mask(const Tensor<bool>& mask, std::string_view name, Where where) {
    Entry<T>& entry = prepare_leaf(shared_operation<op::Input<T>>, name, where);
    resized(entry.own_value_, mask.shape());
    std::copy(mask.storage().begin(), mask.storage().end(), entry.own_value_.storage().begin());
    return commit(entry);
}

template <class T>
Variable<T> Tape<T>::variable(const Tensor<T>& x, std::string_view name, Where where) {
    Entry<T>& entry = prepare_leaf(shared_operation<op::Variable<T>>, name, where);
    entry.own_value_ = x;
    entry.needs_grad_ = true;
    return commit(entry);
}

template <class T>
void Tape<T>::set(Variable<T> leaf, const Tensor<T>& x, Where where) {
    Entry<T>& entry = entries_[entry_of(leaf, "set", where).index_];
    if (!entry.is_leaf() || entry.parameter_ != nullptr) refuse::not_settable(where, entry.text());
    entry.own_value_ = x;
    awaits_play_ = true;
    ++pass_;
}

#define INSTANTIATE(T)                                                                      \
    template Entry<T>& Tape<T>::prepare_leaf(Op<T>&, std::string_view, Where);              \
    template Variable<T> Tape<T>::input(const Tensor<T>&, std::string_view, Where);         \
    template Variable<T> Tape<T>::input_mask(const Tensor<bool>&, std::string_view, Where); \
    template Variable<T> Tape<T>::variable(const Tensor<T>&, std::string_view, Where);      \
    template void Tape<T>::set(Variable<T>, const Tensor<T>&, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
