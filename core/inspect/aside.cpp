#include <tapedeck/core/inspect/aside.hpp>

#include <utility>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/refuse.hpp>
#include <tapedeck/core/reverse.hpp>

namespace tapedeck {
namespace {

/// Sets something to another value for as long as it lives.
template <class X>
class Lent {
  public:
    Lent(X& x, X other) : x_(x), own_(std::exchange(x, std::move(other))) {}
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    ~Lent() { x_ = std::move(own_); }

  private:
    X& x_;
    X own_;
};

}  // namespace

template <class T>
Aside<T>::Aside(Variable<T> v, std::string_view user, Where where)
    : tape_(v.tape(where)), entries_(tape_.entries_) {
    const Entry<T>& entry = tape_.entry_of(v, user, where);
    if (tape_.awaits_play_) refuse::backward_before_play(refuse::call(user, where), entry.text());
    tape_.check_parameters(user, where);
}

template <class T>
Tensor<T>& Aside<T>::value(std::size_t i) {
    Entry<T>& entry = entries_[i];
    return entry.parameter_ != nullptr ? entry.parameter_->value : entry.own_value_;
}

template <class T>
void Aside<T>::forward(std::size_t i) {
    for (const std::uint32_t input : entries_[i].inputs_) entries_[input].transposed_ = false;
    Forward<T> f(entries_, entries_[i], /* frozen= */ true);
    entries_[i].op_->forward(f);
}

template <class T>
std::vector<Contribution<T>> Aside<T>::adjoint(std::size_t i, Tensor<T> upstream) {
    Entry<T>& entry = entries_[i];
    const std::size_t n = entry.inputs().size();
    std::vector<Contribution<T>> all(n);
    // The slots beyond the recording stand in for the inputs: same values, gradients of their own.
    decltype(entry.inputs_) stand_ins(n);
    for (std::size_t k = 0; k < n; ++k) {
        const Entry<T>& input = entries_[entry.inputs_[k]];
        Entry<T>& slot = entries_.slot(tape_.used_ + k);
        all[k].from = i;
        all[k].position = k;
        all[k].to = input.index();
        slot.value_ = input.value_;
        slot.grad_ = &all[k].value;
        slot.needs_grad_ = input.needs_grad_;
        slot.parameter_ = nullptr;
        slot.contributions_ = 0;
        slot.shares_grad_ = false;
        stand_ins[k] = slot.index_;
    }
    {
        const Lent inputs(entry.inputs_, stand_ins);
        const Lent grad(entry.grad_, &upstream);
        Reverse<T> r(entries_, entry);
        entry.op_->adjoint(r);
    }
    for (std::size_t k = n; k-- > 0;) {
        if (entries_[stand_ins[k]].contributions_ == 0)
            all.erase(all.begin() + static_cast<std::ptrdiff_t>(k));
    }
    return all;
}

template class Aside<float>;
template class Aside<double>;

}  // namespace tapedeck
