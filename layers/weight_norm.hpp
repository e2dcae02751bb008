// WeightNorm: a Linear whose weights are a direction and a length.
#pragma once

#include <tapedeck/layers/linear.hpp>

namespace tapedeck {

/// Weight normalization of a Linear (see weight_norm), as torch.nn.utils.weight_norm(linear): x (…, in) ->
/// (…, out), y = x W^T + b with W = g * v / |v| by row, computed anew at each call. It starts as the Linear
/// that it was made from.
template <class T = float>
class WeightNorm final : public Module<T> {
  public:
    Boxed<Parameter<T>> weight_g;  ///< (out, 1): the rows' lengths
    Boxed<Parameter<T>> weight_v;  ///< (out, in): their directions
    Boxed<Parameter<T>> bias;      ///< (out); empty when the Linear has none

    /// @throws NonFiniteError when a row of the weight is all zeros, and so has no direction.
    explicit WeightNorm(Linear<T> linear);
    Variable<T> forward(Variable<T> x) override;
    void visit(Visitor<T>& v) override {
        v("weight_g", weight_g);
        v("weight_v", weight_v);
        v("bias", bias);
    }
};

extern template class WeightNorm<float>;
extern template class WeightNorm<double>;

}  // namespace tapedeck
