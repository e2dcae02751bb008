// Forward: what an operation sees while it computes its value.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include <tapedeck/core/entries.hpp>
#include <tapedeck/core/error.hpp>
#include <tapedeck/core/kernels/map.hpp>
#include <tapedeck/core/kernels/strides.hpp>

namespace tapedeck {

/// The inputs' values on one side, the value to be written on the other.
template <class T>
class Forward {
  public:
    /// Made by the tape, for one run of one entry.
    Forward(Entries<T>& entries, Entry<T>& entry, bool frozen)
        : entries_(entries), entry_(entry), frozen_(frozen) {}

    /// How many inputs the entry has.
    std::size_t inputs() const { return entry_.inputs_.size(); }
    /// The value of input i.
    const Tensor<T>& input(std::size_t i) const { return *entries_[entry_.inputs_[i]].value_; }
    /// Input i, a parameter's matrix, transposed: once for all that read it in this run, since products with
    /// it are then in their fastest form. Null when input i is no parameter.
    const T* transposed(std::size_t i);
    /// The value to write, resized; its old numbers mean nothing.
    Tensor<T>& output(const Shape& shape) { return resized(entry_.own_value_, shape); }
    /// Whether this run must not have side effects: no running statistics, no generator moved on. In a
    /// repetition by play(frozen) the last run's masks stay; a frozen recording has none yet.
    bool frozen() const { return frozen_; }
    /// Whether a reverse pass may follow, so that its intermediate results are worth keeping.
    bool needs_grad() const { return entry_.needs_grad_; }

    /// output[...] = f(operands[...]...), element by element, with NumPy's broadcasting.
    /// @throws ShapeError when the operands' shapes don't broadcast.
    template <class F, class... In>
    void each(F f, const In&... operands);

    /// @throws E "layer_norm in mlp/norm2 (demo.cpp:43): …", then a line for each input that says what made
    /// it; `labels` name the inputs, in order.
    template <class E = ShapeError>
    [[noreturn]] void fail(const std::string& what,
                           std::initializer_list<std::string_view> labels = {}) const {
        throw E(explain(what, labels));
    }

    /// "\n  x was made by entry #3, Tanh in mlp (demo.cpp:40)" of input i; "" for a parameter.
    std::string maker(std::size_t i, std::string_view label) const;

  private:
    std::string explain(const std::string& what, std::initializer_list<std::string_view> labels) const;
    [[noreturn]] void fail_to_broadcast() const;

    Entries<T>& entries_;
    Entry<T>& entry_;
    bool frozen_;
};

template <class T>
template <class F, class... In>
void Forward<T>::each(F f, const In&... operands) {
    static_assert((std::is_same_v<In, Tensor<T>> && ...));
    const std::array<const Tensor<T>*, sizeof...(In)> all{&operands...};
    const Tensor<T>* largest = all[0];
    for (const auto* x : all) {
        if (x->storage().size() > largest->storage().size() ||
            (x->storage().size() == largest->storage().size() && x->dimension() > largest->dimension()))
            largest = x;
    }
    bool flat = true;
    for (const auto* x : all) {
        flat = flat && (x == largest || x->shape() == largest->shape() ||
                        (x->storage().size() == 1 && x->dimension() <= largest->dimension()));
    }
    if (flat) {
        Tensor<T>& out = output(largest->shape());
        const std::size_t n = out.storage().size();
        const auto stream = [n](const Tensor<T>& x) {
            return kernels::Stream<T>{x.storage().data(), x.storage().size() != n};
        };
        kernels::map<false>(n, out.storage().data(), f, stream(operands)...);
        return;
    }
    Shape shape = all[0]->shape();
    for (const auto* x : all) {
        if (!broadcast(shape, x->shape(), shape)) fail_to_broadcast();
    }
    Tensor<T>& out = output(shape);
    if (out.storage().empty()) return;
    constexpr std::size_t kOut = sizeof...(In);
    const kernels::Walk<kOut + 1> walk(shape, {&operands.shape()..., &shape});
    walk.each_run([&](const std::array<std::size_t, kOut + 1>& offset) {
        [&]<std::size_t... K>(std::index_sequence<K...>) {
            kernels::map<false>(walk.run(), out.storage().data() + offset[kOut], f,
                                kernels::Stream<T>{all[K]->storage().data() + offset[K], walk.still(K)}...);
        }
        (std::make_index_sequence<kOut>());
    });
}

extern template class Forward<float>;
extern template class Forward<double>;

}  // namespace tapedeck
