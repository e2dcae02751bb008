// SGD: stochastic gradient descent.
#pragma once

#include <tapedeck/optim/optimizer.hpp>

namespace tapedeck {

/// As the arguments of torch.optim.SGD.
struct SGDOptions {
    double lr = 1e-3;         ///< learning rate: the parameter's units over the gradient's
    double momentum = 0;      ///< weight of the step before
    double dampening = 0;     ///< what share of the gradient is left out of the momentum
    bool nesterov = false;    ///< look ahead by the momentum
    double weight_decay = 0;  ///< times the parameter, added to the gradient
};

/// As torch.optim.SGD: g += weight_decay * p; v = momentum * v + (1 - dampening) * g (v = g at the first
/// step); p -= lr * v, or with Nesterov (Sutskever 2013) p -= lr * (g + momentum * v).
template <class T = float>
class SGD final : public Optimizer<T> {
  public:
    /// @throws ValueError as Optimizer does; when an option is negative; when Nesterov is asked for without
    /// momentum or with dampening.
    explicit SGD(std::vector<Parameter<T>*> parameters, SGDOptions options = {});
    void step() override;
    void visit(StateVisitor<T>& v) override {
        v("step", steps_);
        v("momentum_buffer", velocity_);
    }

  private:
    SGDOptions options_;
    std::vector<Tensor<T>> velocity_;
    std::uint64_t steps_ = 0;
};

extern template class SGD<float>;
extern template class SGD<double>;

}  // namespace tapedeck
