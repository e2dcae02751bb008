// Reverse: what an operation sees while it hands its gradient on to its inputs.
#pragma once

#include <array>
#include <cstddef>

#include <tapedeck/core/entries.hpp>
#include <tapedeck/core/kernels/map.hpp>
#include <tapedeck/core/kernels/reduce.hpp>

namespace tapedeck {

/// Where a contribution to an input's gradient goes: the first one is assigned, later ones are added.
template <class T>
struct Deposit {
    T* data;   ///< all elements of the gradient, row-major
    bool add;  ///< add to what is there, or overwrite it
};

/// The gradient that arrived and the values of the forward pass on one side, the inputs' gradients on the
/// other.
template <class T>
class Reverse {
  public:
    /// Within one `sharing` pass no gradient changes once its adjoint has run.
    Reverse(Entries<T>& entries, const Entry<T>& entry, bool sharing = false)
        : entries_(entries), entry_(entry), sharing_(sharing) {}

    /// How many inputs the entry has.
    std::size_t inputs() const { return entry_.inputs_.size(); }
    /// The value of input i.
    const Tensor<T>& input(std::size_t i) const { return *source(i).value_; }
    /// The value that the forward wrote.
    const Tensor<T>& output() const { return *entry_.value_; }
    /// dL/d output
    const Tensor<T>& upstream() const { return *entry_.grad_; }
    /// Whether anybody wants input i's gradient; deposit nothing otherwise.
    bool needs(std::size_t i) const { return source(i).needs_grad_; }

    /// Adds f(operands[...]...) to input i's gradient, element by element over the output's shape, summed
    /// back to the input's shape where the input was broadcast. Does nothing when nobody needs it.
    template <class F, class... In>
    void each(std::size_t i, F f, const In&... operands) {
        each_of(output().shape(), i, f, operands...);
    }
    /// The same over another shape than the output's, to which the operands and input i broadcast.
    template <class F, class... In>
    void each_of(const Shape& shape, std::size_t i, F f, const In&... operands);

    /// Adds the upstream gradient to input i's, as it is. A first contribution is the same tensor, where it
    /// may be shared: no numbers move.
    void pass_on(std::size_t i);

    /// For kernels that write a whole gradient themselves: all of input i's elements, to be assigned or added
    /// to.
    Deposit<T> deposit(std::size_t i) { return deposit(source(i)); }

  private:
    Entry<T>& source(std::size_t i) const { return entries_[entry_.inputs_[i]]; }
    Deposit<T> deposit(Entry<T>& input) {
        const bool add = input.has_grad();
        if (input.shares_grad_) [[unlikely]] {
            input.own_grad_ = *input.grad_;
            input.grad_ = &input.own_grad_;
            input.shares_grad_ = false;
        }
        if (!add) resized(*input.grad_, input.value_->shape());
        ++input.contributions_;
        return {input.grad_->storage().data(), add};
    }

    Entries<T>& entries_;
    const Entry<T>& entry_;
    bool sharing_;
};

template <class T>
template <class F, class... In>
void Reverse<T>::each_of(const Shape& shape, std::size_t i, F f, const In&... operands) {
    static_assert((std::is_same_v<In, Tensor<T>> && ...));
    Entry<T>& input = source(i);
    if (!input.needs_grad_) return;
    const std::size_t n = elements(shape);
    const std::size_t size = input.value_->storage().size();
    const Deposit<T> to = deposit(input);
    const bool flat = ((operands.storage().size() == n || operands.storage().size() == 1) && ...);
    const auto stream = [n](const Tensor<T>& x) {
        return kernels::Stream<T>{x.storage().data(), x.storage().size() != n};
    };
    if (flat && size == n) {
        if (to.add)
            kernels::map<true>(n, to.data, f, stream(operands)...);
        else
            kernels::map<false>(n, to.data, f, stream(operands)...);
        return;
    }
    if (!to.add) std::fill_n(to.data, size, T(0));
    if (flat && size == 1) {
        *to.data += kernels::map_sum<T>(n, f, stream(operands)...);
        return;
    }
    kernels::reduce_onto<T, sizeof...(In)>(shape, to.data, input.value_->shape(), f,
                                           {operands.storage().data()...}, {&operands.shape()...});
}

extern template void Reverse<float>::pass_on(std::size_t);
extern template void Reverse<double>::pass_on(std::size_t);

}  // namespace tapedeck
