// How a tape reads a parameter: in place, and once.
#include <algorithm>

#include <tapedeck/core/ops/leaf.hpp>
#include <tapedeck/core/refuse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

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
        entry.needs_grad_ = true;  // even while paused: a later, recording use reads the same entry
        read(entry);
        slot = entry.index_;
        parameters_.push_back(slot);
        commit(entry);
    } else if (entries_[slot].version_ != p.version_) {
        refuse::changed_parameter(refuse::call("tape.parameter", where), p.name, entries_[slot].text());
    }
    p.tape_ = this;
    p.generation_ = generation_;
    p.slot_ = slot;
    return {this, slot, generation_};
}

/// Takes note of the numbers that the parameter has now, which may be of another shape than before.
template <class T>
void Tape<T>::read(Entry<T>& entry) {
    Parameter<T>& p = *entry.parameter_;
    entry.version_ = p.version_;
    entry.transposed_ = false;
    if (p.grad.shape() != p.value.shape()) p.grad = zeros<T>(p.value.shape());
}

/// A reverse pass needs the numbers that were read.
template <class T>
void Tape<T>::check_parameters(std::string_view user, Where where) const {
    for (const std::uint32_t i : parameters_) {
        const Entry<T>& entry = entries_[i];
        const Parameter<T>& p = *entry.parameter_;
        if (entry.version_ != p.version())
            refuse::changed_parameter(refuse::call(user, where), p.name, entry.text());
        if (p.grad.shape() != p.value.shape()) {
            refuse::reshaped_parameter(refuse::call(user, where), p.name, entry.text(), p.value.shape(),
                                       p.grad.shape());
        }
    }
}

template void Tape<float>::check_parameters(std::string_view, Where) const;
template void Tape<double>::check_parameters(std::string_view, Where) const;
template void Tape<float>::read(Entry<float>&);
template void Tape<double>::read(Entry<double>&);
template Variable<float> Tape<float>::parameter(Parameter<float>&, Where);
template Variable<double> Tape<double>::parameter(Parameter<double>&, Where);

}  // namespace tapedeck
