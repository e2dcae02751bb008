// Normalizations as fused operations.
#pragma once

#include <optional>

#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// Layer normalization (Ba, Kiros, Hinton 2016, equation 4), as torch.nn.functional.layer_norm: each sample
/// over its trailing dimensions, y = (x - mean) / sqrt(var + eps) * weight + bias with the biased variance. x
/// is (…, *normalized_shape); weight and bias, where given, are of normalized_shape.
/// @throws ShapeError when the shapes don't fit; ValueError when eps is negative; NonFiniteError when eps is
/// 0 and a row is constant.
template <class T>
Variable<T> layer_norm(Variable<T> x, const Shape& normalized_shape, Optional<T> weight = std::nullopt,
                       Optional<T> bias = std::nullopt, double eps = 1e-5, Where where = Where::here());

/// Root mean square normalization (Zhang, Sennrich 2019, equation 4), as torch.nn.functional.rms_norm: each
/// sample over its trailing dimensions, y = x / sqrt(mean(x^2) + eps) * weight; no mean is taken off. Shapes
/// are layer_norm's. eps: none is the machine epsilon of T.
/// @throws as layer_norm; NonFiniteError when eps is 0 and a row is all zeros.
template <class T>
Variable<T> rms_norm(Variable<T> x, const Shape& normalized_shape, Optional<T> weight = std::nullopt,
                     std::optional<double> eps = std::nullopt, Where where = Where::here());

/// Group normalization (Wu, He 2018, equations 1 to 3), as torch.nn.functional.group_norm: the channels of
/// each sample fall into `groups` of one size, each normalized by its own mean and biased variance over its
/// channels and all that follows them. x is (N, C, …); weight and bias, where given, are (C).
/// @throws ShapeError when the shapes don't fit; ValueError when the groups don't divide C, eps is negative,
/// or the batch as a whole has one value a group; NonFiniteError when eps is 0 and a group is constant.
template <class T>
Variable<T> group_norm(Variable<T> x, std::size_t groups, Optional<T> weight = std::nullopt,
                       Optional<T> bias = std::nullopt, double eps = 1e-5, Where where = Where::here());

/// What BatchNorm remembers of the batches that it saw in training. Each of `mean` and `var` is (C).
template <class T>
struct RunningStatistics {
    Tensor<T> mean;     ///< zeros at first
    Tensor<T> var;      ///< unbiased, unless asked for otherwise
    Tensor<T> batches;  ///< how many were seen, one element

    /// Mean 0, variance 1, nothing seen.
    explicit RunningStatistics(std::size_t channels)
        : mean(zeros<T>({channels})), var(ones<T>({channels})), batches(zeros<T>({})) {}
};

/// How batch_norm normalizes, and what it remembers.
struct BatchNormMode {
    /// In training the batch's own statistics normalize, and the running ones are updated; otherwise those
    /// normalize.
    bool training = true;
    /// The weight of the new batch in the running statistics; none: a plain average over all batches.
    std::optional<double> momentum = 0.1;
    /// Added to the variance before the root.
    double eps = 1e-5;
    /// Whether the running variance takes in the batch's over n - 1 (PyTorch) or over n (Keras, ONNX).
    bool unbiased_running_var = true;
};

/// Batch normalization (Ioffe, Szegedy 2015, algorithms 1 and 2), as torch.nn.functional.batch_norm: each
/// channel over the batch and, for (N, C, L), the length. Without running statistics the batch's own always
/// normalize. `running` must outlive the recording, and a module that throws meanwhile. A channel with an
/// infinite or nan value leaves its running statistics as they are.
/// @throws ShapeError when x is neither (N, C) nor (N, C, L) or the others are not (C); ValueError when eps
/// is negative, momentum not in 0 … 1, or training meets one value per channel; NonFiniteError when eps is 0
/// and a channel is constant.
template <class T>
Variable<T> batch_norm(Variable<T> x, std::type_identity_t<RunningStatistics<T>>* running,
                       Optional<T> weight = std::nullopt, Optional<T> bias = std::nullopt,
                       BatchNormMode mode = {}, Where where = Where::here());

/// Instance normalization (Ulyanov 2016, equation 3), as torch.nn.functional.instance_norm: each channel of
/// each sample over what follows it. x is (N, C, L), with more dimensions after it, or (C, L). Running
/// statistics, where given, take part as batch_norm's do: in training they are updated, by the average over
/// the samples, and otherwise they normalize, and batch_norm is what is recorded. `running` must outlive the
/// recording, and a module that throws meanwhile.
/// @throws ShapeError when x has fewer dimensions or the others are not (C); ValueError when eps is negative,
/// momentum not in 0 … 1, or there is one value a channel; NonFiniteError when eps is 0 and a channel is
/// constant.
template <class T>
Variable<T> instance_norm(Variable<T> x, std::type_identity_t<RunningStatistics<T>>* running = nullptr,
                          Optional<T> weight = std::nullopt, Optional<T> bias = std::nullopt,
                          BatchNormMode mode = {}, Where where = Where::here());

/// Weight normalization (Salimans, Kingma 2016, equations 2 and 3), as torch._weight_norm over dimension 0:
/// w = g * v / |v|, by row of v (out, …), where g is (out, 1, …), or (out): a direction and a length of its
/// own for each unit.
/// @throws ShapeError when g has not one element a row; NonFiniteError when a row of v is all zeros.
template <class T>
Variable<T> weight_norm(Variable<T> v, Variable<T> g, Where where = Where::here());

}  // namespace tapedeck
