// Adam: steps scaled by running moments of the gradient.
#pragma once

#include <cstdint>

#include <tapedeck/optim/optimizer.hpp>

namespace tapedeck {

struct AdamOptions {
    double lr = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double weight_decay = 0;
};

/// Adam (Kingma, Ba 2015, algorithm 1), as torch.optim.Adam: g += weight_decay * p; m and v are running means
/// of g and g^2; p -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps).
template <class T = float>
class Adam final : public Optimizer<T> {
  public:
    /// @throws ValueError as Optimizer does; when a beta is not in 0 … 1 (1 excluded), or another option is
    /// negative.
    explicit Adam(std::vector<Parameter<T>*> parameters, AdamOptions options = {});
    void step() override;

  private:
    AdamOptions options_;
    std::vector<Tensor<T>> first_, second_;
    std::uint64_t steps_ = 0;
};

extern template class Adam<float>;
extern template class Adam<double>;

}  // namespace tapedeck
