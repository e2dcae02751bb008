// Adam and AdamW: steps scaled by running moments of the gradient.
#pragma once

#include <cstdint>

#include <tapedeck/optim/optimizer.hpp>

namespace tapedeck {

/// As the arguments of torch.optim.Adam.
struct AdamOptions {
    double lr = 1e-3;         ///< learning rate: the size of a step, in the parameter's units
    double beta1 = 0.9;       ///< weight of the old in the mean of gradients
    double beta2 = 0.999;     ///< weight of the old in the mean of their squares
    double eps = 1e-8;        ///< added to the root, in the gradient's units
    double weight_decay = 0;  ///< times the parameter, added to the gradient
};

/// Adam (Kingma, Ba 2015, algorithm 1), as torch.optim.Adam: g += weight_decay * p; m and v are running means
/// of g and g^2; p -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps).
template <class T = float>
class Adam : public Optimizer<T> {
  public:
    /// @throws ValueError as Optimizer does; when a beta is not in 0 … 1 (1 excluded), or another option is
    /// negative.
    explicit Adam(std::vector<Parameter<T>*> parameters, AdamOptions options = {})
        : Adam(std::move(parameters), options, Decay::in_gradient) {}
    void step() override;
    void visit(StateVisitor<T>& v) override {
        v("step", steps_);
        v("exp_avg", first_);
        v("exp_avg_sq", second_);
    }

  protected:
    /// Where weight decay enters: into the gradient, and so into the moments, or into the parameter alone.
    enum class Decay { in_gradient, decoupled };
    /// For AdamW.
    Adam(std::vector<Parameter<T>*> parameters, AdamOptions options, Decay decay);

  private:
    AdamOptions options_;
    Decay decay_;
    std::vector<Tensor<T>> first_, second_;
    std::uint64_t steps_ = 0;
};

/// As the arguments of torch.optim.AdamW.
struct AdamWOptions {
    double lr = 1e-3;            ///< learning rate: the size of a step, in the parameter's units
    double beta1 = 0.9;          ///< weight of the old in the mean of gradients
    double beta2 = 0.999;        ///< weight of the old in the mean of their squares
    double eps = 1e-8;           ///< added to the root, in the gradient's units
    double weight_decay = 1e-2;  ///< times lr times the parameter, taken off the parameter
};

/// AdamW (Loshchilov, Hutter 2019, algorithm 2), as torch.optim.AdamW: p -= lr * weight_decay * p, then
/// Adam's step on the gradient alone.
template <class T = float>
class AdamW final : public Adam<T> {
  public:
    /// @throws ValueError as Adam does.
    explicit AdamW(std::vector<Parameter<T>*> parameters, AdamWOptions o = {})
        : Adam<T>(std::move(parameters), {o.lr, o.beta1, o.beta2, o.eps, o.weight_decay},
                  Adam<T>::Decay::decoupled) {}
};

extern template class Adam<float>;
extern template class Adam<double>;

}  // namespace tapedeck
