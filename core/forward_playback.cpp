#include <tapedeck/core/forward_playback.hpp>

#include <utility>

#include <tapedeck/core/forward.hpp>

namespace tapedeck {

template <class T>
ForwardPlayback<T> Tape<T>::forward_playback(Where where) {
    if (used_ == 0) refuse::nothing_to_play(refuse::call("forward_playback", where));
    for (const std::uint32_t i : parameters_) {
        Entry<T>& entry = entries_[i];
        if (entry.version_ != entry.parameter_->version()) awaits_play_ = true;
        read(entry);
    }
    if (awaits_play_) forget_gradients();
    return ForwardPlayback<T>(*this);
}

template <class T>
ForwardPlayback<T>::ForwardPlayback(Tape<T>& tape)
    : tape_(&tape), pass_(tape.pass_), new_data_(tape.awaits_play_), end_(tape.size()) {
    seek(0);
}

/// next_ becomes the first entry from `from` on that computes something.
template <class T>
void ForwardPlayback<T>::seek(std::size_t from) {
    while (from < end_ && tape_->entries_[from].is_leaf()) ++from;
    next_ = from;
    // What was recorded meanwhile, or moved by another playback, still has old values.
    if (done() && new_data_ && end_ == tape_->used_) tape_->awaits_play_ = false;
}

template <class T>
void ForwardPlayback<T>::check(std::string_view user, Where where) const {
    if (pass_ != tape_->pass_) refuse::playback_over(refuse::call(user, where), "tape.forward_playback()");
    tape_->check_parameters(user, where);
}

template <class T>
const Entry<T>& ForwardPlayback<T>::here(Where where) const {
    check("ForwardPlayback::here", where);
    if (done()) refuse::pass_over(refuse::call("ForwardPlayback::here", where), "forward");
    return tape_->entries_[next_];
}

template <class T>
bool ForwardPlayback<T>::step(Where where) {
    check("ForwardPlayback::step", where);
    if (done()) return false;
    Entry<T>& entry = tape_->entries_[next_];
    Step step{next_, new_data_ ? entry.own_value_ : Tensor<T>()};
    try {
        Forward<T> f(tape_->entries_, entry, /* frozen= */ true);
        entry.op_->forward(f);
    } catch (...) {
        if (new_data_) entry.own_value_ = std::move(step.before);
        throw;
    }
    steps_.push_back(std::move(step));
    seek(next_ + 1);
    return true;
}

template <class T>
bool ForwardPlayback<T>::back(Where where) {
    check("ForwardPlayback::back", where);
    if (steps_.empty()) return false;
    Step step = std::move(steps_.back());
    steps_.pop_back();
    if (new_data_) {
        tape_->entries_[step.entry].own_value_ = std::move(step.before);
        tape_->awaits_play_ = true;
    }
    next_ = step.entry;
    return true;
}

template <class T>
void ForwardPlayback<T>::until(Variable<T> v, Where where) {
    check(kUntil, where);
    const std::size_t index = tape_->entry_of(v, kUntil, where).index();
    until([index](const Entry<T>& entry) { return entry.index() > index; }, where);
}

template ForwardPlayback<float> Tape<float>::forward_playback(Where);
template ForwardPlayback<double> Tape<double>::forward_playback(Where);
template class ForwardPlayback<float>;
template class ForwardPlayback<double>;

}  // namespace tapedeck
