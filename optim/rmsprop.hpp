// RMSProp: steps scaled by a running mean of the gradient's square.
#pragma once

#include <tapedeck/optim/optimizer.hpp>

namespace tapedeck {

/// As the arguments of torch.optim.RMSprop.
struct RMSPropOptions {
    double lr = 1e-2;         ///< learning rate: the size of a step, in the parameter's units
    double alpha = 0.99;      ///< weight of the old in the running means
    double eps = 1e-8;        ///< added to the root, in the gradient's units
    double weight_decay = 0;  ///< times the parameter, added to the gradient
    double momentum = 0;      ///< weight of the step before
    bool centered = false;    ///< whether the mean's square is taken off: a variance
};

/// RMSProp (Tieleman, Hinton 2012, lecture 6.5; centered: Graves 2013, equations 38 to 41), as
/// torch.optim.RMSprop: g += weight_decay * p; v and, centered, m are running means of g^2 and g with weight
/// 1 - alpha on the new one; s = g / (sqrt(v - m^2) + eps); with momentum b = momentum * b + s and p -= lr *
/// b, without p -= lr * s.
template <class T = float>
class RMSProp final : public Optimizer<T> {
  public:
    /// @throws ValueError as Optimizer does; when alpha is not in 0 … 1, or another option is negative.
    explicit RMSProp(std::vector<Parameter<T>*> parameters, RMSPropOptions options = {});
    void step() override;
    void visit(StateVisitor<T>& v) override {
        v("square_avg", square_);
        v("grad_avg", mean_);
        v("momentum_buffer", velocity_);
    }

  private:
    RMSPropOptions options_;
    std::vector<Tensor<T>> square_, mean_, velocity_;
};

extern template class RMSProp<float>;
extern template class RMSProp<double>;

}  // namespace tapedeck
