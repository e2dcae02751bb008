// The normalizations of data: one idea, told apart by the numbers that one mean and one variance are taken
// over.
#pragma once

#include <optional>

#include <tapedeck/core/ops/conventions.hpp>
#include <tapedeck/core/ops/normalize.hpp>
#include <tapedeck/layers/module.hpp>

namespace tapedeck {

/// As the arguments of torch.nn.BatchNorm1d.
struct BatchNormOptions {
    double eps = 1e-5;  ///< added to the variance before the root
    /// The weight of the new batch in the running statistics; none: a plain average over all batches.
    std::optional<double> momentum = 0.1;
    bool affine = true;               ///< whether there is a weight and a bias
    bool track_running_stats = true;  ///< without, batches normalize themselves in eval mode too
    /// Whether the running variance takes in each batch's over n - 1, or over n.
    bool unbiased_running_var = true;

    /// The eps, momentum and running variance of a library or a paper, as in
    /// `BatchNorm<float>(64, BatchNormOptions::by(conventions::keras))`; in all else it stays PyTorch's.
    /// @throws ValueError for what only spelled_out::normalize does: an unbiased variance to normalize with,
    /// or eps beside the root.
    static BatchNormOptions by(const Conventions& conventions);
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

/// As the arguments of torch.nn.LayerNorm.
struct LayerNormOptions {
    double eps = 1e-5;               ///< added to the variance before the root
    bool elementwise_affine = true;  ///< whether there is a weight
    bool bias = true;                ///< whether there is a bias beside the weight
};

/// The trailing dimensions that a LayerNorm or an RMSNorm runs over: LayerNorm(64), LayerNorm({4, 5}).
struct NormalizedShape {
    Shape shape;  ///< the last dimensions of x
    /// The last dimension alone.
    NormalizedShape(std::size_t size) : shape{size} {}  // NOLINT: 64 is a shape here
    /// Several.
    NormalizedShape(std::initializer_list<std::size_t> sizes) : shape(sizes) {}
    /// Several, from a shape.
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

/// As the arguments of torch.nn.RMSNorm.
struct RMSNormOptions {
    std::optional<double> eps;       ///< none: the machine epsilon of T
    bool elementwise_affine = true;  ///< whether there is a weight
};

/// Root mean square normalization (see rms_norm), as torch.nn.RMSNorm: any leading dimensions, none included.
template <class T = float>
class RMSNorm final : public Module<T> {
  public:
    Boxed<Parameter<T>> weight;  ///< gamma, ones at first; empty when not affine

    /// @throws ValueError when a size is 0 or there is none, or eps is negative.
    explicit RMSNorm(NormalizedShape normalized_shape, RMSNormOptions options = {});
    Variable<T> forward(Variable<T> x) override;
    void visit(Visitor<T>& v) override { v("weight", weight); }

  private:
    Shape normalized_shape_;
    RMSNormOptions options_;
};

/// As the arguments of torch.nn.GroupNorm.
struct GroupNormOptions {
    double eps = 1e-5;   ///< added to the variance before the root
    bool affine = true;  ///< whether there is a weight and a bias
};

/// Group normalization (see group_norm), as torch.nn.GroupNorm: (N, C, …).
template <class T = float>
class GroupNorm final : public Module<T> {
  public:
    Boxed<Parameter<T>> weight;  ///< gamma (C), ones at first; empty when not affine
    Boxed<Parameter<T>> bias;    ///< beta (C), zeros at first; empty when not affine

    /// @throws ValueError when groups is 0 or does not divide channels, channels is 0, or eps is negative.
    GroupNorm(std::size_t groups, std::size_t channels, GroupNormOptions options = {});
    Variable<T> forward(Variable<T> x) override;
    void visit(Visitor<T>& v) override {
        v("weight", weight);
        v("bias", bias);
    }

  private:
    std::size_t groups_;
    GroupNormOptions options_;
};

/// As the arguments of torch.nn.InstanceNorm1d.
struct InstanceNormOptions {
    double eps = 1e-5;  ///< added to the variance before the root
    /// The weight of the new batch in the running statistics; none: a plain average over all batches.
    std::optional<double> momentum = 0.1;
    bool affine = false;               ///< whether there is a weight and a bias
    bool track_running_stats = false;  ///< whether running statistics normalize in eval mode
};

/// Instance normalization (see instance_norm), as torch.nn.InstanceNorm1d: (N, C, L) or (C, L).
template <class T = float>
class InstanceNorm final : public Module<T> {
  public:
    Boxed<Parameter<T>> weight;           ///< gamma (C), ones at first; empty when not affine
    Boxed<Parameter<T>> bias;             ///< beta (C), zeros at first; empty when not affine
    Boxed<RunningStatistics<T>> running;  ///< empty when not tracked

    /// @throws ValueError when channels is 0, eps negative, or momentum not in 0 … 1.
    explicit InstanceNorm(std::size_t channels, InstanceNormOptions options = {});
    Variable<T> forward(Variable<T> x) override;
    void visit(Visitor<T>& v) override;

  private:
    InstanceNormOptions options_;
};

extern template class BatchNorm<float>;
extern template class BatchNorm<double>;
extern template class LayerNorm<float>;
extern template class LayerNorm<double>;
extern template class RMSNorm<float>;
extern template class RMSNorm<double>;
extern template class GroupNorm<float>;
extern template class GroupNorm<double>;
extern template class InstanceNorm<float>;
extern template class InstanceNorm<double>;

}  // namespace tapedeck
