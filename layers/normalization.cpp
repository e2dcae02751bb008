#include <tapedeck/layers/normalization.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck {
namespace {

void check_eps(std::string_view who, double eps) {
    if (!(eps >= 0)) throw ValueError(fmt::format("{}: eps is {}; it must not be negative.", who, eps));
}

void check_momentum(std::string_view who, std::optional<double> momentum) {
    if (!momentum || (*momentum >= 0 && *momentum <= 1)) return;
    throw ValueError(
        fmt::format("{}: momentum is {}; it must lie in 0 … 1 (it weighs the new batch), or be "
                    "std::nullopt for a plain average.",
                    who, *momentum));
}

/// A number of features or channels.
void check_size(std::string_view who, std::string_view what, std::size_t n) {
    if (!is_size(n))
        throw ValueError(fmt::format("{}({}): it needs at least 1 {}.", who, as_written(n), what));
}

void check_normalized_shape(std::string_view who, const Shape& shape) {
    if (!shape.empty() && std::all_of(shape.begin(), shape.end(), is_size)) return;
    throw ValueError(fmt::format("{}: normalized_shape is {}; give at least one size, each at least 1.", who,
                                 to_text(shape)));
}

template <class T>
Boxed<Parameter<T>> gamma(const Shape& shape) {
    return Boxed(Parameter<T>(ones<T>(shape), "weight"));
}
template <class T>
Boxed<Parameter<T>> beta(const Shape& shape) {
    return Boxed(Parameter<T>(zeros<T>(shape), "bias"));
}

template <class T>
std::optional<Variable<T>> read(Tape<T>& tape, Boxed<Parameter<T>>& box, Where where) {
    return box ? std::optional(tape.parameter(*box, where)) : std::nullopt;
}

template <class T>
void visit_running(Visitor<T>& v, Boxed<RunningStatistics<T>>& running) {
    if (!running) return;
    v("running_mean", running->mean);
    v("running_var", running->var);
    v("num_batches_tracked", running->batches);
}

}  // namespace

BatchNormOptions BatchNormOptions::by(const Conventions& conventions) {
    if (conventions.unbiased || conventions.eps_place != EpsPlace::inside_root)
        throw ValueError(
            "BatchNormOptions: BatchNorm normalizes with the biased variance and eps inside the root; "
            "spelled_out::normalize takes other conventions.");
    return {.eps = conventions.eps,
            .momentum = conventions.weight_of_new(),
            .unbiased_running_var = conventions.unbiased_running_var};
}

template <class T>
BatchNorm<T>::BatchNorm(std::size_t features, BatchNormOptions options) : options_(options) {
    check_size("BatchNorm", "feature", features);
    check_eps("BatchNorm", options.eps);
    check_momentum("BatchNorm", options.momentum);
    if (options.affine) {
        weight = gamma<T>({features});
        bias = beta<T>({features});
    }
    if (options.track_running_stats) running = Boxed(RunningStatistics<T>(features));
}

template <class T>
Variable<T> BatchNorm<T>::forward(Variable<T> x) {
    Tape<T>& tape = x.tape();
    const Where where = tape.where();
    const auto w = read(tape, weight, where);
    const auto b = read(tape, bias, where);
    return batch_norm(x, running ? &*running : nullptr, w, b,
                      {this->is_training(), options_.momentum, options_.eps, options_.unbiased_running_var},
                      where);
}

template <class T>
void BatchNorm<T>::visit(Visitor<T>& v) {
    v("weight", weight);
    v("bias", bias);
    visit_running(v, running);
}

template <class T>
LayerNorm<T>::LayerNorm(NormalizedShape normalized_shape, LayerNormOptions options)
    : normalized_shape_(normalized_shape.shape), options_(options) {
    check_normalized_shape("LayerNorm", normalized_shape_);
    check_eps("LayerNorm", options.eps);
    if (!options.elementwise_affine) return;
    weight = gamma<T>(normalized_shape_);
    if (options.bias) bias = beta<T>(normalized_shape_);
}

template <class T>
Variable<T> LayerNorm<T>::forward(Variable<T> x) {
    Tape<T>& tape = x.tape();
    const Where where = tape.where();
    const auto w = read(tape, weight, where);
    const auto b = read(tape, bias, where);
    return layer_norm(x, normalized_shape_, w, b, options_.eps, where);
}

template <class T>
RMSNorm<T>::RMSNorm(NormalizedShape normalized_shape, RMSNormOptions options)
    : normalized_shape_(normalized_shape.shape), options_(options) {
    check_normalized_shape("RMSNorm", normalized_shape_);
    if (options.eps) check_eps("RMSNorm", *options.eps);
    if (options.elementwise_affine) weight = gamma<T>(normalized_shape_);
}

template <class T>
Variable<T> RMSNorm<T>::forward(Variable<T> x) {
    Tape<T>& tape = x.tape();
    const Where where = tape.where();
    return rms_norm(x, normalized_shape_, read(tape, weight, where), options_.eps, where);
}

template <class T>
GroupNorm<T>::GroupNorm(std::size_t groups, std::size_t channels, GroupNormOptions options)
    : groups_(groups), options_(options) {
    if (!is_size(groups) || !is_size(channels) || channels % groups != 0) {
        throw ValueError(
            fmt::format("GroupNorm({}, {}): the first is the number of groups, which must divide the second, "
                        "the number of channels; both must be at least 1.",
                        as_written(groups), as_written(channels)));
    }
    check_eps("GroupNorm", options.eps);
    if (!options.affine) return;
    weight = gamma<T>({channels});
    bias = beta<T>({channels});
}

template <class T>
Variable<T> GroupNorm<T>::forward(Variable<T> x) {
    Tape<T>& tape = x.tape();
    const Where where = tape.where();
    const auto w = read(tape, weight, where);
    const auto b = read(tape, bias, where);
    return group_norm(x, groups_, w, b, options_.eps, where);
}

template <class T>
InstanceNorm<T>::InstanceNorm(std::size_t channels, InstanceNormOptions options) : options_(options) {
    check_size("InstanceNorm", "channel", channels);
    check_eps("InstanceNorm", options.eps);
    check_momentum("InstanceNorm", options.momentum);
    if (options.affine) {
        weight = gamma<T>({channels});
        bias = beta<T>({channels});
    }
    if (options.track_running_stats) running = Boxed(RunningStatistics<T>(channels));
}

template <class T>
Variable<T> InstanceNorm<T>::forward(Variable<T> x) {
    Tape<T>& tape = x.tape();
    const Where where = tape.where();
    const auto w = read(tape, weight, where);
    const auto b = read(tape, bias, where);
    return instance_norm(x, running ? &*running : nullptr, w, b,
                         {this->is_training(), options_.momentum, options_.eps}, where);
}

template <class T>
void InstanceNorm<T>::visit(Visitor<T>& v) {
    v("weight", weight);
    v("bias", bias);
    visit_running(v, running);
}

#define INSTANTIATE(T)           \
    template class BatchNorm<T>; \
    template class LayerNorm<T>; \
    template class RMSNorm<T>;   \
    template class GroupNorm<T>; \
    template class InstanceNorm<T>;
INSTANTIATE(float)
INSTANTIATE(double)

}  // namespace tapedeck
