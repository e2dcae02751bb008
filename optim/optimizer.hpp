// Optimizer: what all of them share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <tapedeck/core/parameter.hpp>

namespace tapedeck {

/// What an optimizer's visit() shows its state to, each under its name.
template <class T = float>
class StateVisitor {
  public:
    virtual ~StateVisitor() = default;

    /// One tensor for each parameter, in their order; or none at all, where an option asks for none.
    virtual void operator()(std::string_view name, std::vector<Tensor<T>>& one_each) = 0;
    /// A count.
    virtual void operator()(std::string_view name, std::uint64_t& count) = 0;
};

template <class T>
class LRSchedule;

/// Changes parameters by their gradients. It holds pointers to them, which stay good when their module moves.
template <class T = float>
class Optimizer {
  public:
    virtual ~Optimizer() = default;
    /// One step. The recording that the gradients came from is stale after it: rewind the tape.
    /// @throws ShapeError when a parameter was given a value of another shape; nothing is changed then.
    virtual void step() = 0;
    /// Sets the gradient of every parameter to zeros.
    void zero_grad() {
        for (Parameter<T>* p : parameters_) p->zero_grad();
    }
    /// The learning rate.
    double lr() const { return lr_; }
    /// Sets it. @throws ValueError when negative, infinite or not a number.
    void lr(double new_value);
    /// The rate that schedules start from: what lr() was when the first of them was made, as PyTorch's
    /// initial_lr; lr() as long as there is none.
    double initial_lr() const { return initial_lr_.value_or(lr_); }
    /// What it changes, in the order given.
    const std::vector<Parameter<T>*>& parameters() const { return parameters_; }
    /// Shows what steps remember, beside the rate, so that a Checkpoint can keep it; under PyTorch's names.
    /// An optimizer of one's own overrides it, with an empty body when there is nothing to remember.
    /// @throws Error when it doesn't: a Checkpoint would lose what its steps remember.
    virtual void visit(StateVisitor<T>&);

  protected:
    /// @throws ValueError when there is no parameter, one is null or stands twice, or the rate is negative or
    /// not finite.
    Optimizer(std::vector<Parameter<T>*> parameters, double lr);
    Optimizer(const Optimizer&) = default;
    Optimizer& operator=(const Optimizer&) = default;

    /// A tensor of zeros for each parameter: an optimizer's state.
    std::vector<Tensor<T>> zeros_like_parameters() const;
    /// @throws ValueError "SGD: momentum is -1: …" when negative, infinite or not a number.
    static void check_option(std::string_view who, std::string_view option, double value);
    /// What each step begins with. `state` is empty, or what zeros_like_parameters() made.
    /// @throws ShapeError when a parameter's value, gradient and state are no longer of one shape.
    void check_shapes(const std::vector<Tensor<T>>& state) const;

  private:
    std::vector<Parameter<T>*> parameters_;
    double lr_;

    friend class LRSchedule<T>;
    std::optional<double> initial_lr_;
};

/// Scales all gradients together so that the norm of them all is at most max_norm, as
/// torch.nn.utils.clip_grad_norm_ (Pascanu 2013): the factor is max_norm / (norm + 1e-6), at most 1.
/// @returns the norm before. @throws ValueError when max_norm is negative, or a parameter null.
template <class T>
T clip_grad_norm(std::span<Parameter<T>* const> parameters, double max_norm);
/// The same of net.parameters().
template <class T>
T clip_grad_norm(const std::vector<Parameter<T>*>& parameters, double max_norm) {
    return clip_grad_norm(std::span<Parameter<T>* const>(parameters), max_norm);
}

extern template class Optimizer<float>;
extern template class Optimizer<double>;

}  // namespace tapedeck
