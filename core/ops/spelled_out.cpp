#include <tapedeck/core/ops/spelled_out.hpp>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/ops/arithmetic.hpp>
#include <tapedeck/core/ops/elementwise.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/ops/reduce.hpp>
#include <tapedeck/core/ops/shape.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck::spelled_out {
namespace {

/// (x - mean) / sqrt(var + eps), the statistics taken over these axes: all that sets the normalizations
/// apart.
template <class T>
Variable<T> standardize(Variable<T> x, const Axes& axes, double eps, Where where) {
    const auto at = [where](auto operand) { return Located<T>(operand, where); };
    const Variable<T> centered = subtract(at(x), at(mean(x, axes, true, where)));
    const Variable<T> variance = mean(square(centered, where), axes, true, where);
    return divide(at(centered), at(sqrt(add(at(variance), at(eps)), where)));
}

template <class T>
Variable<T> scale_and_shift(Variable<T> x, const std::optional<Variable<T>>& weight,
                            const std::optional<Variable<T>>& bias, Where where) {
    if (weight) x = multiply(Located<T>(x, where), Located<T>(*weight, where));
    if (bias) x = add(x, *bias, where);
    return x;
}

}  // namespace

template <class T>
Variable<T> layer_norm(Variable<T> x, int dimensions, Optional<T> weight, Optional<T> bias, double eps,
                       Where where) {
    Axes axes;
    if (dimensions < 1 || static_cast<std::size_t>(dimensions) > std::min(x.shape().size(), Axes::kMax)) {
        throw ShapeError(fmt::format(
            "spelled_out::layer_norm ({}): x is {}: it has no {} last dimensions to normalize over.",
            where.text(), to_text(x.shape()), dimensions));
    }
    for (int d = 1; d <= dimensions; ++d) axes.axis[axes.count++] = -d;
    return scale_and_shift(standardize(x, axes, eps, where), weight, bias, where);
}

template <class T>
Variable<T> batch_norm(Variable<T> x, Optional<T> weight, Optional<T> bias, double eps, Where where) {
    const std::size_t rank = x.shape().size();
    if (rank != 2 && rank != 3) {
        throw ShapeError(fmt::format("spelled_out::batch_norm ({}): x is {}: expected (N, C) or (N, C, L).",
                                     where.text(), to_text(x.shape())));
    }
    const Axes axes = rank == 3 ? Axes{0, 2} : Axes{0};
    if (rank == 3) {  // (C) stands beside (N, C, L) as (C, 1)
        const Shape column{x.shape()[1], 1};
        if (weight) weight = reshape(*weight, column, where);
        if (bias) bias = reshape(*bias, column, where);
    }
    return scale_and_shift(standardize(x, axes, eps, where), weight, bias, where);
}

#define INSTANTIATE(T)                                                                                   \
    template Variable<T> layer_norm(Variable<T>, int, std::optional<Variable<T>>,                        \
                                    std::optional<Variable<T>>, double, Where);                          \
    template Variable<T> batch_norm(Variable<T>, std::optional<Variable<T>>, std::optional<Variable<T>>, \
                                    double, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck::spelled_out
