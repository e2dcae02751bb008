#include <tapedeck/layers/normalization.hpp>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck {
namespace {

void check_eps(std::string_view who, double eps) {
    if (!(eps >= 0)) throw ValueError(fmt::format("{}: eps is {}; it must not be negative.", who, eps));
}

template <class T>
std::optional<Variable<T>> read(Tape<T>& tape, Boxed<Parameter<T>>& box, Where where) {
    return box ? std::optional(tape.parameter(*box, where)) : std::nullopt;
}

}  // namespace

template <class T>
BatchNorm<T>::BatchNorm(std::size_t features, BatchNormOptions options) : options_(options) {
    if (features == 0) throw ValueError("BatchNorm(0): it needs at least 1 feature.");
    check_eps("BatchNorm", options.eps);
    if (options.momentum && !(*options.momentum >= 0 && *options.momentum <= 1)) {
        throw ValueError(
            fmt::format("BatchNorm: momentum is {}; it must lie in 0 … 1 (it weighs the new batch), or be "
                        "std::nullopt for a plain average.",
                        *options.momentum));
    }
    if (options.affine) {
        weight = Boxed(Parameter<T>(ones<T>({features}), "weight"));
        bias = Boxed(Parameter<T>(zeros<T>({features}), "bias"));
    }
    if (options.track_running_stats) running = Boxed(RunningStatistics<T>(features));
}

template <class T>
Variable<T> BatchNorm<T>::forward(Variable<T> x) {
    Tape<T>& tape = x.tape();
    const Where where = tape.where();
    const auto gamma = read(tape, weight, where);
    const auto beta = read(tape, bias, where);
    return batch_norm(x, running ? &*running : nullptr, gamma, beta,
                      {this->is_training(), options_.momentum, options_.eps}, where);
}

template <class T>
void BatchNorm<T>::visit(Visitor<T>& v) {
    v("weight", weight);
    v("bias", bias);
    if (!running) return;
    v("running_mean", running->mean);
    v("running_var", running->var);
    v("num_batches_tracked", running->batches);
}

template <class T>
LayerNorm<T>::LayerNorm(NormalizedShape normalized_shape, LayerNormOptions options)
    : normalized_shape_(normalized_shape.shape), options_(options) {
    if (normalized_shape_.empty() || elements(normalized_shape_) == 0) {
        throw ValueError(
            fmt::format("LayerNorm: normalized_shape is {}; give at least one size, each at least 1.",
                        to_text(normalized_shape_)));
    }
    check_eps("LayerNorm", options.eps);
    if (!options.elementwise_affine) return;
    weight = Boxed(Parameter<T>(ones<T>(normalized_shape_), "weight"));
    if (options.bias) bias = Boxed(Parameter<T>(zeros<T>(normalized_shape_), "bias"));
}

template <class T>
Variable<T> LayerNorm<T>::forward(Variable<T> x) {
    Tape<T>& tape = x.tape();
    const Where where = tape.where();
    const auto gamma = read(tape, weight, where);
    const auto beta = read(tape, bias, where);
    return layer_norm(x, normalized_shape_, gamma, beta, options_.eps, where);
}

template class BatchNorm<float>;
template class BatchNorm<double>;
template class LayerNorm<float>;
template class LayerNorm<double>;

}  // namespace tapedeck
