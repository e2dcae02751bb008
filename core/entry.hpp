// Entry: one recorded operation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <tapedeck/core/op.hpp>
#include <tapedeck/core/parameter.hpp>
#include <tapedeck/core/tensor.hpp>
#include <tapedeck/core/where.hpp>

namespace tapedeck {

template <class T>
class Entries;
template <class T>
class Playback;
template <class T>
class ForwardPlayback;
template <class T>
class Aside;

/// One cell of the tape: an operation, the entries that it reads, its value, and its gradient once a reverse
/// pass has brought one. References to it and to its value survive further recording; after a rewind they are
/// overwritten.
template <class T = float>
class Entry {
  public:
    /// Its place on the tape, from 0.
    std::size_t index() const { return index_; }
    /// The operation's name: "Tanh"; leaves are "Input", "Variable", "Parameter".
    std::string_view op() const { return op_->name(); }
    /// The adjoint as a formula; "" for a leaf.
    std::string_view rule() const { return op_->rule(); }
    /// The name given with `named`, or a parameter's; "" without.
    std::string_view name() const { return name_ != nullptr ? std::string_view(*name_) : std::string_view(); }
    /// The modules and scopes around the recording, outermost first: "mlp/hidden1/norm"; "" outside of any.
    std::string_view scope() const { return *scope_; }
    /// The user's line.
    const Where& where() const { return where_; }
    /// The indices of the entries that it reads, all smaller than its own.
    std::span<const std::uint32_t> inputs() const { return {inputs_.data(), inputs_.size()}; }
    /// Whether it was given rather than computed: an input, a variable, a parameter.
    bool is_leaf() const { return inputs_.empty(); }
    /// What its forward computed; a parameter's value is read in place.
    const Tensor<T>& value() const { return *value_; }
    /// Whether a reverse pass has reached it. For a parameter: always, since its gradient lives in the
    /// parameter.
    bool has_grad() const { return contributions_ > 0 || parameter_ != nullptr; }
    /// dL/d value, of value's shape; for a parameter what all reverse passes since zero_grad() have added up.
    /// The reference is good until the next reverse pass.
    /// @throws StaleVariableError when no reverse pass has brought one.
    const Tensor<T>& grad(Where where = Where::here()) const;
    /// How many gradients were added up in this pass: 0 not computed, 1 assigned, more accumulated.
    std::size_t contributions() const { return contributions_; }
    /// Whether any variable or parameter lies upstream, so that a reverse pass may come by.
    bool needs_grad() const { return needs_grad_; }
    /// The parameter that it reads; null for any other entry.
    const Parameter<T>* parameter() const { return parameter_; }
    /// The operation itself: what inspection asks for more than its name and rule.
    const Op<T>& operation() const { return *op_; }
    /// "entry #17, LayerNorm in mlp/norm2 (demo.cpp:43)"
    std::string text() const;

  private:
    /// No gradient; the next one is its own.
    void forget_gradient() {
        contributions_ = 0;
        if (std::exchange(shares_grad_, false)) grad_ = &own_grad_;
    }

    friend class Tape<T>;
    friend class Playback<T>;
    friend class ForwardPlayback<T>;
    friend class Aside<T>;
    friend class Forward<T>;
    friend class Reverse<T>;
    friend class Entries<T>;

    // In the order in which a reverse step reads them.
    Op<T>* op_ = nullptr;
    const Tensor<T>* value_ = &own_value_;  // a parameter's is read in place
    Tensor<T>* grad_ = &own_grad_;
    Parameter<T>* parameter_ = nullptr;
    std::uint32_t index_ = 0;
    std::uint32_t contributions_ = 0;
    std::uint32_t version_ = 0;  // the parameter's, when it was read
    bool needs_grad_ = false;
    bool transposed_ = false;   // a parameter's: own_value_ holds it transposed
    bool shares_grad_ = false;  // with the entry that passed its own on
    SmallVector<std::uint32_t, 4> inputs_;
    const std::string* scope_ = nullptr;
    const std::string* name_ = nullptr;
    Where where_;
    std::unique_ptr<Op<T>> own_op_;  // kept between recordings; stateless operations are shared instead
    Tensor<T> own_value_;
    Tensor<T> own_grad_;
};

extern template class Entry<float>;
extern template class Entry<double>;

}  // namespace tapedeck
