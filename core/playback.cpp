#include <tapedeck/core/playback.hpp>

#include <algorithm>

#include <tapedeck/core/refuse.hpp>

namespace tapedeck {

template <class T>
Playback<T>::Playback(Tape<T>& tape, std::size_t last) : tape_(&tape), pass_(tape.pass_) {
    seek(last);
}

/// next_ becomes the first entry at or below `from` that has an adjoint to run.
template <class T>
void Playback<T>::seek(std::size_t from) {
    while (from != kEnd && !tape_->has_adjoint_to_run(from)) --from;
    next_ = from;
}

template <class T>
void Playback<T>::check(std::string_view user, Where where) const {
    if (pass_ != tape_->pass_) refuse::playback_over(refuse::call(user, where), "tape.reverse(loss)");
    tape_->check_parameters(user, where);
}

template <class T>
const Entry<T>& Playback<T>::here(Where where) const {
    check("Playback::here", where);
    if (done()) refuse::pass_over(refuse::call("Playback::here", where), "adjoint");
    return tape_->entries_[next_];
}

template <class T>
bool Playback<T>::step(Where where) {
    check("Playback::step", where);
    if (done()) return false;
    const Entry<T>& entry = tape_->entries_[next_];
    const Step step{next_, saved_.size()};
    for (std::size_t k = 0; k < entry.inputs().size(); ++k) {
        const std::uint32_t i = entry.inputs()[k];
        const Entry<T>& input = tape_->entries_[i];
        const auto seen = entry.inputs().first(k);
        if (!input.needs_grad() || std::find(seen.begin(), seen.end(), i) != seen.end()) continue;
        // A first contribution overwrites, so that only the count must be remembered.
        saved_.push_back({i, input.contributions_, input.has_grad() ? *input.grad_ : Tensor<T>()});
    }
    steps_.push_back(step);
    try {
        if (tape_->anomaly_ > 0)
            tape_->watched_step(entry, refuse::call("Playback::step", where));
        else
            tape_->reverse_step(entry);
    } catch (...) {
        back(where);
        throw;
    }
    seek(next_ - 1);
    return true;
}

template <class T>
bool Playback<T>::back(Where where) {
    check("Playback::back", where);
    if (steps_.empty()) return false;
    const Step step = steps_.back();
    steps_.pop_back();
    for (std::size_t s = step.first_saved; s < saved_.size(); ++s) {
        Entry<T>& input = tape_->entries_[saved_[s].entry];
        if (input.has_grad() && (saved_[s].contributions > 0 || input.parameter_ != nullptr))
            *input.grad_ = std::move(saved_[s].grad);
        input.contributions_ = saved_[s].contributions;
    }
    saved_.erase(saved_.begin() + static_cast<std::ptrdiff_t>(step.first_saved), saved_.end());
    next_ = step.entry;
    return true;
}

template <class T>
bool Playback<T>::until(Variable<T> v, Where where) {
    check(kUntil, where);
    const std::size_t index = tape_->entry_of(v, kUntil, where).index();
    until([index](const Entry<T>& entry) { return entry.index() <= index; }, where);
    return v.entry().contributions() > 0;
}

template <class T>
std::vector<Contribution<T>> Playback<T>::deposits(Where where) const {
    check("Playback::deposits", where);
    if (steps_.empty()) return {};
    return tapedeck::deposits(tape_->at(steps_.back().entry), where);
}

template class Playback<float>;
template class Playback<double>;

}  // namespace tapedeck
