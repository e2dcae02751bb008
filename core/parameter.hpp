// Parameter: what training changes. It lives in a module, not on the tape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck {

template <class T>
class Tape;

/// A value that training changes, and the gradient that reverse passes add up in it until zero_grad().
/// A copy has the same value and gradient, and is on no tape. It must outlive the recording that reads it.
template <class T = float>
class Parameter {
  public:
    std::string name;  ///< the member's: "weight"
    Tensor<T> value;   ///< call changed() after writing to it: recordings keep what they derive from it
    Tensor<T> grad;    ///< same shape as value; zeros at first

    /// With this value, and a gradient of zeros.
    explicit Parameter(Tensor<T> initial, std::string its_name = "")
        : name(std::move(its_name)), value(std::move(initial)), grad(zeros<T>(value.shape())) {}
    /// The same name, value and gradient, on no tape.
    Parameter(const Parameter& other) : name(other.name), value(other.value), grad(other.grad) {}
    /// Counts as a change of `value`.
    Parameter& operator=(const Parameter& other) {
        if (this == &other) return *this;
        name = other.name;
        value = other.value;
        grad = other.grad;
        changed();
        return *this;
    }
    ~Parameter() = default;

    /// Sets the gradient to zeros.
    void zero_grad() { std::fill(grad.storage().begin(), grad.storage().end(), T(0)); }
    /// Says that `value` was given new numbers. Optimizers and loading do it; a reverse pass over a recording
    /// that read the old ones is then refused.
    void changed() { ++version_; }
    /// How often `value` was changed.
    std::uint32_t version() const { return version_; }

  private:
    friend class Tape<T>;
    // Where a tape last put this parameter: a hint that the tape verifies and never trusts.
    const void* tape_ = nullptr;
    std::uint32_t generation_ = 0;
    std::uint32_t slot_ = 0;
    std::uint32_t version_ = 0;
};

/// Something that stays where it is when its owner moves, and is copied when its owner is copied: what a
/// module holds its parameters and buffers in, so that tapes and optimizers can point at them.
template <class X>
class Boxed {
  public:
    Boxed() = default;  ///< empty
    /// Takes x in.
    explicit Boxed(X x) : box_(std::make_unique<X>(std::move(x))) {}
    /// A box of its own, with a copy.
    Boxed(const Boxed& other) : box_(other ? std::make_unique<X>(*other) : nullptr) {}
    Boxed(Boxed&&) noexcept = default;
    /// Assignment is into the box that is there, so that an optimizer's pointers to it stay good.
    Boxed& operator=(const Boxed& other) {
        if (box_ && other.box_)
            *box_ = *other.box_;
        else if (this != &other)
            box_ = other ? std::make_unique<X>(*other) : nullptr;
        return *this;
    }
    /// Into the box that is there, too.
    Boxed& operator=(Boxed&& other) {
        if (box_ && other.box_)
            *box_ = std::move(*other.box_);
        else
            box_ = std::move(other.box_);
        return *this;
    }
    ~Boxed() = default;

    /// Whether it is not empty.
    explicit operator bool() const { return box_ != nullptr; }
    /// What is in it; it must not be empty.
    X& operator*() { return *box_; }
    /// What is in it; it must not be empty.
    const X& operator*() const { return *box_; }
    /// A member of what is in it.
    X* operator->() { return box_.get(); }
    /// A member of what is in it.
    const X* operator->() const { return box_.get(); }

  private:
    std::unique_ptr<X> box_;
};

}  // namespace tapedeck
