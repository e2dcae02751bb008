// Linear: y = x W^T + b.
#pragma once

#include <tapedeck/layers/module.hpp>

namespace tapedeck {

/// As the arguments of torch.nn.Linear.
struct LinearOptions {
    bool bias = true;  ///< whether b is added
};

/// A fully connected layer, as torch.nn.Linear: x (…, in) -> (…, out).
template <class T = float>
class Linear final : public Module<T> {
  public:
    Boxed<Parameter<T>> weight;  ///< (out, in), uniform in ±1/sqrt(in) at first
    Boxed<Parameter<T>> bias;    ///< (out), likewise; empty without

    /// @throws ValueError when in or out is 0.
    Linear(std::size_t in, std::size_t out, Random& rng, LinearOptions options = {});
    Variable<T> forward(Variable<T> x) override;
    void visit(Visitor<T>& v) override {
        v("weight", weight);
        v("bias", bias);
    }
};

/// A tensor of this shape with elements uniform in ±limit, drawn in row-major order.
template <class T>
Tensor<T> uniform(const Shape& shape, double limit, Random& rng);

extern template class Linear<float>;
extern template class Linear<double>;

}  // namespace tapedeck
