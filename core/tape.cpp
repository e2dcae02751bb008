#include <tapedeck/core/tape.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/playback.hpp>
#include <tapedeck/core/reverse.hpp>

namespace tapedeck {
namespace op {

// The leaves of a tape: they compute nothing, their values are given.
template <class T>
struct Leaf : Op<T> {
    std::string_view rule() const override { return ""; }
    void forward(Forward<T>&) override {}
    void adjoint(Reverse<T>&) override {}
};
template <class T>
struct Input final : Leaf<T> {
    std::string_view name() const override { return "Input"; }
};
template <class T>
struct Variable final : Leaf<T> {
    std::string_view name() const override { return "Variable"; }
};
template <class T>
struct Parameter final : Leaf<T> {
    std::string_view name() const override { return "Parameter"; }
};

}  // namespace op

/// One name in the tree of scopes; made once, kept for the tape's life.
template <class T>
struct Tape<T>::ScopeNode {
    std::string name;
    std::string path;
    std::vector<std::unique_ptr<ScopeNode>> children;

    ScopeNode* child(std::string_view wanted) {
        for (const auto& c : children) {
            if (c->name == wanted) return c.get();
        }
        std::string full = path.empty() ? std::string(wanted) : fmt::format("{}/{}", path, wanted);
        children.push_back(std::make_unique<ScopeNode>(ScopeNode{std::string(wanted), std::move(full), {}}));
        return children.back().get();
    }
};

template <class T>
Tape<T>::Tape() : root_(std::make_unique<ScopeNode>()), scopes_{{root_.get(), Where{}, nullptr}} {}
template <class T>
Tape<T>::~Tape() = default;

// ---- leaves

template <class T>
Entry<T>& Tape<T>::prepare_leaf(Op<T>& kind, std::string_view name, Where where) {
    Entry<T>& entry = prepare(where, {});
    entry.op_ = &kind;
    if (!name.empty()) entry.name_ = intern(name);
    return entry;
}

template <class T>
Variable<T> Tape<T>::input(const Tensor<T>& x, std::string_view name, Where where) {
    Entry<T>& entry = prepare_leaf(shared_operation<op::Input<T>>, name, where);
    entry.own_value_ = x;
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
Variable<T> Tape<T>::parameter(Parameter<T>& p, Where where) {
    const auto known = [&](std::uint32_t slot) { return slot < used_ && entries_[slot].parameter_ == &p; };
    std::uint32_t slot = p.slot_;
    bool found = p.tape_ == this && p.generation_ == generation_ && known(slot);
    if (!found && p.tape_ != nullptr && p.tape_ != this) {  // another tape has overwritten the hint
        const auto it = std::find_if(parameters_.rbegin(), parameters_.rend(), known);
        found = it != parameters_.rend();
        if (found) slot = *it;
    }
    if (!found) {
        Entry<T>& entry = prepare_leaf(shared_operation<op::Parameter<T>>, "", where);
        if (!p.name.empty()) entry.name_ = &p.name;
        entry.value_ = &p.value;
        entry.grad_ = &p.grad;
        entry.parameter_ = &p;
        entry.version_ = p.version_;
        entry.needs_grad_ = true;  // even while paused: a later, recording use reads the same entry
        if (p.grad.shape() != p.value.shape()) p.grad = zeros<T>(p.value.shape());
        slot = entry.index_;
        parameters_.push_back(slot);
        commit(entry);
    } else if (entries_[slot].version_ != p.version_) {
        throw StaleVariableError(
            fmt::format("parameter {} was changed since {} read it: call tape.rewind() after an optimizer's "
                        "step or a load, and record again.",
                        p.name.empty() ? "without a name" : p.name, entries_[slot].text()));
    }
    p.tape_ = this;
    p.generation_ = generation_;
    p.slot_ = slot;
    return {this, slot, generation_};
}

template <class T>
void Tape<T>::set(Variable<T> leaf, const Tensor<T>& x) {
    Entry<T>& entry = entries_[entry_of(leaf).index_];
    if (!entry.is_leaf() || entry.parameter_ != nullptr) {
        throw ValueError(fmt::format(
            "set of {}: only a leaf made by tape.input or tape.variable takes new data.", entry.text()));
    }
    entry.own_value_ = x;
    awaits_play_ = true;
}

// ---- recording

template <class T>
Entry<T>& Tape<T>::prepare(Where where, std::span<const Variable<T>> inputs) {
    bool needs_grad = false;
    for (const Variable<T>& v : inputs) needs_grad |= entry_of(v).needs_grad_;
    Entry<T>& entry = entries_.slot(used_);
    entry.inputs_.resize(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) entry.inputs_[i] = inputs[i].index_;
    entry.needs_grad_ = needs_grad && paused_ == 0;
    entry.value_ = &entry.own_value_;
    entry.grad_ = &entry.own_grad_;
    entry.parameter_ = nullptr;
    entry.contributions_ = 0;
    entry.scope_ = &scopes_.back().node->path;
    entry.name_ = nullptr;
    entry.where_ = where;
    return entry;
}

template <class T>
Variable<T> Tape<T>::commit(Entry<T>& entry) {
    Forward<T> f(entries_, entry, false);
    entry.op_->forward(f);
    ++used_;
    return {this, entry.index_, generation_};
}

template <class T>
void Tape<T>::run(bool frozen_run) {
    for (std::size_t i = 0; i < used_; ++i) {
        Entry<T>& entry = entries_[i];
        entry.contributions_ = 0;
        if (entry.parameter_ != nullptr) entry.version_ = entry.parameter_->version_;
        Forward<T> f(entries_, entry, frozen_run);
        entry.op_->forward(f);
    }
    awaits_play_ = false;
    has_gradients_ = false;
    ++pass_;
}

template <class T>
void Tape<T>::play() {
    run(false);
}
template <class T>
void Tape<T>::play(Frozen) {
    run(true);
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

// ---- the reverse pass

template <class T>
[[gnu::noinline]] void on_reverse_step(const Entry<T>& entry) {
    asm volatile("" : : "r"(&entry));  // keeps the call where it is
}

template <class T>
void Tape<T>::reverse_step(const Entry<T>& entry) {
    on_reverse_step(entry);
    Reverse<T> r(entries_, entry);
    entry.op_->adjoint(r);
}

template <class T>
void Tape<T>::backward(Variable<T> loss) {
    start_reverse(loss, nullptr);
    for (std::size_t i = loss.index_ + 1; i-- > 0;) {
        if (has_adjoint_to_run(i)) reverse_step(entries_[i]);
    }
}

template <class T>
void Tape<T>::backward(Variable<T> y, const Tensor<T>& cotangent) {
    start_reverse(y, &cotangent);
    for (std::size_t i = y.index_ + 1; i-- > 0;) {
        if (has_adjoint_to_run(i)) reverse_step(entries_[i]);
    }
}

template <class T>
Playback<T> Tape<T>::reverse(Variable<T> loss) {
    start_reverse(loss, nullptr);
    return Playback<T>(*this, loss.index_);
}

template <class T>
Playback<T> Tape<T>::reverse(Variable<T> y, const Tensor<T>& cotangent) {
    start_reverse(y, &cotangent);
    return Playback<T>(*this, y.index_);
}

template <class T>
void Tape<T>::start_reverse(Variable<T> y, const Tensor<T>* cotangent) {
    Entry<T>& last = entries_[entry_of(y).index_];
    if (cotangent == nullptr && last.value().size() != 1) {
        throw ShapeError(
            fmt::format("backward from {}: its shape is {}, and a loss has one element; take its sum or "
                        "mean, or give a cotangent of its shape.",
                        last.text(), to_text(last.value().shape())));
    }
    if (cotangent != nullptr && cotangent->shape() != last.value().shape()) {
        throw ShapeError(fmt::format(
            "backward from {}: the cotangent's shape is {}, and the value's is {}; they must be the same.",
            last.text(), to_text(cotangent->shape()), to_text(last.value().shape())));
    }
    if (!last.needs_grad_) {
        throw StaleVariableError(
            fmt::format("backward from {}: it depends on no variable and no parameter, so no gradient can "
                        "flow; was it recorded while paused, or from inputs alone?",
                        last.text()));
    }
    if (awaits_play_) {
        throw StaleVariableError(
            fmt::format("backward from {}: tape.set() gave an input new data, and the values that follow are "
                        "still the old ones; call tape.play() first.",
                        last.text()));
    }
    for (const std::uint32_t i : parameters_) {
        const Entry<T>& entry = entries_[i];
        if (entry.version_ != entry.parameter_->version()) {
            throw StaleVariableError(
                fmt::format("backward from {}: parameter {} was changed (by an optimizer's step or a load) "
                            "after {} read it; call tape.rewind() and record again, or tape.play().",
                            last.text(), entry.parameter_->name, entry.text()));
        }
    }
    if (has_gradients_) {
        for (std::size_t i = 0; i < used_; ++i) entries_[i].contributions_ = 0;
    }
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

// ---- names and handles

template <class T>
const Entry<T>& Tape<T>::entry_of(const Variable<T>& v) const {
    if (v.tape_ != this || v.generation_ != generation_ || v.index_ >= used_) [[unlikely]]
        refuse(v);
    return entries_[v.index_];
}

template <class T>
void Tape<T>::refuse(const Variable<T>& v) const {
    if (v.tape_ == nullptr) {
        throw StaleVariableError(
            "this Variable is on no tape: it was default-constructed; assign it from tape.input, "
            "tape.variable or an operation.");
    }
    if (v.tape_ != this) {
        throw StaleVariableError(
            fmt::format("variable #{} is of another tape: an operation's operands must all be recorded on "
                        "one tape; carry data over with tape.input(v.value()).",
                        v.index_));
    }
    throw StaleVariableError(
        fmt::format("variable #{} is from before tape.rewind(): the entry that it named is forgotten; record "
                    "the program again and use the new variables.",
                    v.index_));
}

template <class T>
const Entry<T>& Tape<T>::operator[](std::size_t i) const {
    if (i >= used_)
        throw ValueError(
            fmt::format("entry #{} is not on this tape: it has {} entries, counted from 0.", i, used_));
    return entries_[i];
}

template <class T>
const std::string* Tape<T>::intern(std::string_view name) {
    const auto it = names_.find(name);
    return it != names_.end() ? &*it : &*names_.emplace(name).first;
}

template <class T>
void Tape<T>::name_entry(const Variable<T>& v, std::string_view name) {
    entries_[entry_of(v).index_].name_ = intern(name);
}

template <class T>
typename Tape<T>::ScopeGuard Tape<T>::scope(std::string_view name, Where where, const void* owner) {
    ScopeNode* node = scopes_.back().node;
    scopes_.push_back({name.empty() ? node : node->child(name), where, owner});
    return ScopeGuard(*this);
}

template <class T>
typename Tape<T>::PauseGuard Tape<T>::pause() {
    return PauseGuard(*this);
}

template void on_reverse_step(const Entry<float>&);
template void on_reverse_step(const Entry<double>&);
template class Tape<float>;
template class Tape<double>;

}  // namespace tapedeck
