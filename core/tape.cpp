#include <tapedeck/core/tape.hpp>

#include <cmath>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/inspect/non_finite/refuse_loss.hpp>
#include <tapedeck/core/playback.hpp>
#include <tapedeck/core/refuse.hpp>
#include <tapedeck/core/reverse.hpp>

namespace tapedeck {

// ---- recording

template <class T>
Entry<T>& Tape<T>::prepare(const Where& where, std::span<const Variable<T>> inputs) {
    bool needs_grad = false;
    for (const Variable<T>& v : inputs) needs_grad |= entries_[v.index_].needs_grad_;
    Entry<T>& entry = entries_.slot(used_);
    entry.inputs_.resize(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) entry.inputs_[i] = inputs[i].index_;
    entry.needs_grad_ = needs_grad && paused_ == 0;
    entry.value_ = &entry.own_value_;
    entry.grad_ = &entry.own_grad_;
    entry.shares_grad_ = false;
    entry.parameter_ = nullptr;
    entry.contributions_ = 0;
    entry.scope_ = scopes_.path();
    entry.name_ = nullptr;
    entry.where_ = where;
    return entry;
}

template <class T>
Variable<T> Tape<T>::commit(Entry<T>& entry) {
    Forward<T> f(entries_, entry, frozen_ > 0);
    entry.op_->forward(f);
    ++used_;
    return {this, entry.index_, generation_};
}

template <class T>
void Tape<T>::run(bool frozen_run, Where where) {
    if (used_ == 0) refuse::nothing_to_play(refuse::call("play", where));
    forget_gradients();
    awaits_play_ = true;  // until all of it has run
    for (std::size_t i = 0; i < used_; ++i) {
        Entry<T>& entry = entries_[i];
        if (entry.parameter_ != nullptr) read(entry);
        Forward<T> f(entries_, entry, frozen_run);
        entry.op_->forward(f);
    }
    awaits_play_ = false;
}

template <class T>
void Tape<T>::forget_gradients() {
    for (std::size_t i = 0; i < used_; ++i) entries_[i].forget_gradient();
    has_gradients_ = false;
    ++pass_;
}

template <class T>
void Tape<T>::rewind() {
    used_ = 0;
    ++generation_;
    ++pass_;
    has_gradients_ = false;
    awaits_play_ = false;
    parameters_.clear();
}

template <class T>
void Tape<T>::take_back(std::size_t size) {
    while (used_ > size) entries_[--used_].op_->take_back();
    while (!parameters_.empty() && parameters_.back() >= size) parameters_.pop_back();
}

// ---- the reverse pass

template <class T>
[[gnu::noinline]] void on_reverse_step(const Entry<T>& entry) {
    asm volatile("" : : "r"(&entry));  // keeps the call where it is
}

template <class T>
void Tape<T>::reverse_step(const Entry<T>& entry, bool sharing) {
    on_reverse_step(entry);
    Reverse<T> r(entries_, entry, sharing);
    entry.op_->adjoint(r);
}

template <class T>
void Tape<T>::run_reverse(Variable<T> y, const Tensor<T>* cotangent, Where where) {
    if (anomaly_ > 0) return watched_reverse(y, cotangent, where);
    start_reverse(y, cotangent, where);
    for (std::size_t i = y.index_ + std::size_t{1}; i-- > 0;) {
        if (has_adjoint_to_run(i)) reverse_step(entries_[i], /* sharing= */ true);
    }
}

template <class T>
Playback<T> Tape<T>::reverse(Variable<T> loss, Where where) {
    start_reverse(loss, nullptr, where);
    return Playback<T>(*this, loss.index_);
}

template <class T>
Playback<T> Tape<T>::reverse(Variable<T> y, const Tensor<T>& cotangent, Where where) {
    start_reverse(y, &cotangent, where);
    return Playback<T>(*this, y.index_);
}

template <class T>
void Tape<T>::start_reverse(Variable<T> y, const Tensor<T>* cotangent, Where where) {
    Entry<T>& last = entries_[entry_of(y, "backward", where).index_];
    const Shape& shape = last.value().shape();
    const auto by = [where] { return refuse::call("backward", where); };
    if (cotangent == nullptr && last.value().size() != 1) refuse::not_one_element(by(), last.text(), shape);
    if (cotangent != nullptr && cotangent->shape() != shape)
        refuse::cotangent_shape(by(), last.text(), cotangent->shape(), shape);
    if (!last.needs_grad_) refuse::no_gradient_upstream(by(), last.text());
    if (awaits_play_) refuse::backward_before_play(by(), last.text());
    check_parameters("backward", where);
    if (cotangent == nullptr && !std::isfinite(last.value().storage()[0])) refuse_loss(by(), *this, y.index_);
    if (has_gradients_) forget_gradients();
    has_gradients_ = true;
    ++pass_;
    Tensor<T>& grad = *last.grad_;
    const bool add = last.has_grad();
    if (!add) grad.resize(last.value().shape());
    const std::size_t n = last.value().size();
    for (std::size_t k = 0; k < n; ++k) {
        const T seed = cotangent == nullptr ? T(1) : cotangent->storage()[k];
        grad.storage()[k] = add ? grad.storage()[k] + seed : seed;
    }
    last.contributions_ = 1;
}

// ---- names and places

template <class T>
const Entry<T>& Tape<T>::operator[](std::size_t i) const {
    if (i >= used_) refuse::no_entry(i, used_);
    return entries_[i];
}

template <class T>
void Tape<T>::name_entry(Entry<T>& entry, std::string_view name) {
    const auto known = names_.find(name);
    entry.name_ = known != names_.end() ? &*known : &*names_.emplace(name).first;
}

template void on_reverse_step(const Entry<float>&);
template void on_reverse_step(const Entry<double>&);
template class Tape<float>;
template class Tape<double>;

}  // namespace tapedeck
