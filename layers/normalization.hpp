// BatchNorm and LayerNorm.
#pragma once

#include <optional>

#include <tapedeck/core/ops/normalize.hpp>
#include <tapedeck/layers/module.hpp>

namespace tapedeck {

struct BatchNormOptions {
    double eps = 1e-5;
    /// The weight of the new batch in the running statistics; none: a plain average over all batches.
    std::optional<double> momentum = 0.1;
    bool affine = true;
    bool track_running_stats = true;
};

/// Batch normalization by channel (see batch_norm), as torch.nn.BatchNorm1d: (N, C) or (N, C, L).
template <class T = float>
class BatchNorm final : public Module<T> {
  public:
    Boxed<Parameter<T>> weight;           ///< gamma (C), ones at first; empty when not affine
    Boxed<Parameter<T>> bias;             ///< beta (C), zeros at first; empty when not affine
    Boxed<RunningStatistics<T>> running;  ///< empty when not tracked

    /// @throws ValueError when features is 0, eps negative, or momentum not in 0 … 1.
    explicit BatchNorm(std::size_t features, BatchNormOptions options = {});
    Variable<T> forward(Variable<T> x) override;
    void visit(Visitor<T>& v) override;

  private:
    BatchNormOptions options_;
};

struct LayerNormOptions {
    double eps = 1e-5;
    bool elementwise_affine = true;
    bool bias = true;
};

/// The trailing dimensions that a LayerNorm runs over: LayerNorm(64), LayerNorm({4, 5}).
struct NormalizedShape {
    Shape shape;
    NormalizedShape(std::size_t size) : shape{size} {}  // NOLINT: 64 is a shape here
    NormalizedShape(std::initializer_list<std::size_t> sizes) : shape(sizes) {}
    NormalizedShape(const Shape& sizes) : shape(sizes) {}  // NOLINT
};

/// Layer normalization (see layer_norm), as torch.nn.LayerNorm: any leading dimensions, none included.
template <class T = float>
class LayerNorm final : public Module<T> {
  public:
    Boxed<Parameter<T>> weight;  ///< gamma, ones at first; empty when not affine
    Boxed<Parameter<T>> bias;    ///< beta, zeros at first; empty without

    /// @throws ValueError when a size is 0 or there is none, or eps is negative.
    explicit LayerNorm(NormalizedShape normalized_shape, LayerNormOptions options = {});
    Variable<T> forward(Variable<T> x) override;
    void visit(Visitor<T>& v) override {
        v("weight", weight);
        v("bias", bias);
    }

  private:
    Shape normalized_shape_;
    LayerNormOptions options_;
};

extern template class BatchNorm<float>;
extern template class BatchNorm<double>;
extern template class LayerNorm<float>;
extern template class LayerNorm<double>;

}  // namespace tapedeck
