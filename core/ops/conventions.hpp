// What libraries and papers do differently under the same name of a normalization.
#pragma once

#include <optional>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck {

/// Where eps stands. The two are two functions: on [0, 1, 2, 3, 4] with eps 5e-5 they differ in the fifth
/// decimal.
enum class EpsPlace {
    /// (x - mean) / sqrt(var + eps): Ioffe, Szegedy 2015, algorithm 1; PyTorch, Keras, ONNX
    inside_root,
    /// (x - mean) / (sqrt(var) + eps): as it is often written by hand. Its gradient on constant data is nan,
    /// since that of the root is infinite there.
    beside_root,
};

/// The dial: each choice that a normalization leaves to whoever writes it. The defaults are PyTorch's.
struct Conventions {
    /// Added to the variance, so in the variance's units; see eps_place.
    double eps = 1e-5;
    /// Inside the root or beside it.
    EpsPlace eps_place = EpsPlace::inside_root;
    /// Whether what normalizes is the variance over n - 1 in place of n.
    bool unbiased = false;
    /// The weight in the running statistics, of the new batch or of what was there; none: a plain average.
    std::optional<double> momentum = 0.1;
    /// Whether `momentum` is the weight of what was there, and not of the new batch.
    bool momentum_weighs_old = false;
    /// Whether the running variance is over n - 1.
    bool unbiased_running_var = true;

    /// The weight of the new batch, whichever the momentum weighs.
    constexpr std::optional<double> weight_of_new() const {
        if (!momentum || !momentum_weighs_old) return momentum;
        return 1 - *momentum;
    }
};

namespace conventions {
/// torch.nn.BatchNorm1d
inline constexpr Conventions pytorch{};
/// keras.layers.BatchNormalization (Keras 3)
inline constexpr Conventions keras{
    .eps = 1e-3, .momentum = 0.99, .momentum_weighs_old = true, .unbiased_running_var = false};
/// BatchNormalization of ONNX's operator set 15
inline constexpr Conventions onnx{
    .momentum = 0.9, .momentum_weighs_old = true, .unbiased_running_var = false};
/// Ioffe, Szegedy 2015, algorithm 2: an average over the batches, of unbiased variances. The paper takes it
/// after training, with the weights standing still; a BatchNorm so set, over all batches that it sees. No eps
/// is given.
inline constexpr Conventions paper{.momentum = std::nullopt};
}  // namespace conventions

/// Every axis of a shape but one, which may count from the end: keras.layers.BatchNormalization(axis) names
/// the axis that keeps statistics of its own, where LayerNormalization(axis) names those that are normalized
/// over.
/// @throws ShapeError when there is no such axis, or no other.
Axes axes_but(const Shape& shape, int kept);

}  // namespace tapedeck
