#include <tapedeck/core/ops/spelled_out.hpp>

#include <algorithm>
#include <limits>

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

/// The statistics are taken over these axes: all that sets the normalizations apart.
template <class T>
Variable<T> standardize(Variable<T> x, const Axes& axes, const Conventions& by, Where where) {
    const auto at = [where](auto operand) { return Located<T>(operand, where); };
    const Variable<T> centered = subtract(at(x), at(mean(x, axes, true, where)));
    Variable<T> variance = mean(square(centered, where), axes, true, where);
    if (by.unbiased) {
        const auto n =
            static_cast<double>(x.value().size() / std::max<std::size_t>(variance.value().size(), 1));
        variance = multiply(at(variance), at(n / (n - 1)));
    }
    const Variable<T> deviation = by.eps_place == EpsPlace::inside_root
                                      ? sqrt(add(at(variance), at(by.eps)), where)
                                      : add(at(sqrt(variance, where)), at(by.eps));
    return divide(at(centered), at(deviation));
}
template <class T>
Variable<T> standardize(Variable<T> x, const Axes& axes, double eps, Where where) {
    return standardize(x, axes, Conventions{.eps = eps}, where);
}

template <class T>
Variable<T> scale_and_shift(Variable<T> x, const std::optional<Variable<T>>& weight,
                            const std::optional<Variable<T>>& bias, Where where) {
    if (weight) x = multiply(Located<T>(x, where), Located<T>(*weight, where));
    if (bias) x = add(x, *bias, where);
    return x;
}

/// The same by channel: beside (N, C, L) the affine parameters (C) stand as (C, 1).
template <class T>
Variable<T> scale_and_shift_channels(Variable<T> x, std::optional<Variable<T>> weight,
                                     std::optional<Variable<T>> bias, Where where) {
    if (x.shape().size() == 3) {
        const Shape column{x.shape()[1], 1};
        if (weight) weight = reshape(*weight, column, where);
        if (bias) bias = reshape(*bias, column, where);
    }
    return scale_and_shift(x, weight, bias, where);
}

template <class T>
Axes last_axes(std::string_view who, const Variable<T>& x, int dimensions, Where where) {
    if (dimensions < 1 ||
        static_cast<std::size_t>(dimensions) > std::min(x.shape(where).size(), Axes::kMax)) {
        throw ShapeError(
            fmt::format("{}: x is {}: it has no {} last dimensions to normalize over; give 1 … {}.",
                        x.tape().place(who, where), to_text(x.shape()), dimensions, x.shape().size()));
    }
    Axes axes;
    for (int d = 1; d <= dimensions; ++d) axes.axis[axes.count++] = -d;
    return axes;
}

template <class T>
void check_channels(std::string_view who, const Variable<T>& x, Where where) {
    if (x.shape(where).size() == 2 || x.shape().size() == 3) return;
    throw ShapeError(fmt::format("{}: x is {}: expected (N, C) or (N, C, L).", x.tape().place(who, where),
                                 to_text(x.shape())));
}

template <class T>
void check_eps(std::string_view who, const Variable<T>& x, double eps, Where where) {
    if (eps >= 0) return;
    throw ValueError(
        fmt::format("{}: eps is {}: it must not be negative.", x.tape(where).place(who, where), eps));
}

}  // namespace

template <class T>
Variable<T> normalize(Variable<T> x, const Axes& axes, const Conventions& by, Where where) {
    check_eps("spelled_out::normalize", x, by.eps, where);
    const Attempt<T> attempt(x.tape());
    const Axes all = axes.resolved(x.shape().size());
    std::size_t n = 1;
    for (std::size_t k = 0; k < all.count; ++k) n *= x.shape()[static_cast<std::size_t>(all.axis[k])];
    if (by.unbiased && n == 1) {
        throw ValueError(
            fmt::format("{}: x is {}: an unbiased variance over n - 1 needs more than one value.",
                        x.tape().place("spelled_out::normalize", where), to_text(x.shape())));
    }
    return standardize(x, axes, by, where);
}

template <class T>
Variable<T> layer_norm(Variable<T> x, int dimensions, Optional<T> weight, Optional<T> bias, double eps,
                       Where where) {
    check_eps("spelled_out::layer_norm", x, eps, where);
    const Axes axes = last_axes("spelled_out::layer_norm", x, dimensions, where);
    const Attempt<T> attempt(x.tape());
    return scale_and_shift(standardize(x, axes, eps, where), weight, bias, where);
}

template <class T>
Variable<T> batch_norm(Variable<T> x, Optional<T> weight, Optional<T> bias, double eps, Where where) {
    check_eps("spelled_out::batch_norm", x, eps, where);
    check_channels("spelled_out::batch_norm", x, where);
    const Attempt<T> attempt(x.tape());
    const Axes axes = x.shape().size() == 3 ? Axes{0, 2} : Axes{0};
    return scale_and_shift_channels(standardize(x, axes, eps, where), weight, bias, where);
}

template <class T>
Variable<T> rms_norm(Variable<T> x, int dimensions, Optional<T> weight, std::optional<double> eps,
                     Where where) {
    const double e = eps.value_or(std::numeric_limits<T>::epsilon());
    check_eps("spelled_out::rms_norm", x, e, where);
    const Axes axes = last_axes("spelled_out::rms_norm", x, dimensions, where);
    const Attempt<T> attempt(x.tape());
    const Variable<T> squares = mean(square(x, where), axes, true, where);
    const Variable<T> root = sqrt(add(Located<T>(squares, where), Located<T>(e, where)), where);
    return scale_and_shift(divide(Located<T>(x, where), Located<T>(root, where)), weight, {}, where);
}

template <class T>
Variable<T> group_norm(Variable<T> x, std::size_t groups, Optional<T> weight, Optional<T> bias, double eps,
                       Where where) {
    check_eps("spelled_out::group_norm", x, eps, where);
    check_channels("spelled_out::group_norm", x, where);
    const Attempt<T> attempt(x.tape());
    const Shape shape = x.shape();
    if (groups == 0 || shape[1] % groups != 0) {
        throw ShapeError(fmt::format("{}: x is {}: {} groups do not divide its {} channels.",
                                     x.tape().place("spelled_out::group_norm", where), to_text(shape),
                                     as_written(groups), shape[1]));
    }
    Shape grouped{shape[0], groups, shape[1] / groups * (shape.size() == 3 ? shape[2] : 1)};
    const Variable<T> normal = standardize(reshape(x, grouped, where), Axes{2}, eps, where);
    return scale_and_shift_channels(reshape(normal, shape, where), weight, bias, where);
}

template <class T>
Variable<T> instance_norm(Variable<T> x, Optional<T> weight, Optional<T> bias, double eps, Where where) {
    check_eps("spelled_out::instance_norm", x, eps, where);
    const Attempt<T> attempt(x.tape());
    if (x.shape().size() != 3) {
        throw ShapeError(fmt::format("{}: x is {}: expected (N, C, L).",
                                     x.tape().place("spelled_out::instance_norm", where),
                                     to_text(x.shape())));
    }
    return scale_and_shift_channels(standardize(x, Axes{2}, eps, where), weight, bias, where);
}

template <class T>
Variable<T> weight_norm(Variable<T> v, Variable<T> g, Where where) {
    const Attempt<T> attempt(v.tape(where));
    const Variable<T> norm = sqrt(sum(square(v, where), Axes{-1}, true, where), where);
    const Variable<T> direction = divide(Located<T>(v, where), Located<T>(norm, where));
    return multiply(Located<T>(direction, where), Located<T>(g, where));
}

#define INSTANTIATE(T)                                                                                      \
    template Variable<T> normalize(Variable<T>, const Axes&, const Conventions&, Where);                    \
    template Variable<T> layer_norm(Variable<T>, int, std::optional<Variable<T>>,                           \
                                    std::optional<Variable<T>>, double, Where);                             \
    template Variable<T> batch_norm(Variable<T>, std::optional<Variable<T>>, std::optional<Variable<T>>,    \
                                    double, Where);                                                         \
    template Variable<T> rms_norm(Variable<T>, int, std::optional<Variable<T>>, std::optional<double>,      \
                                  Where);                                                                   \
    template Variable<T> group_norm(Variable<T>, std::size_t, std::optional<Variable<T>>,                   \
                                    std::optional<Variable<T>>, double, Where);                             \
    template Variable<T> instance_norm(Variable<T>, std::optional<Variable<T>>, std::optional<Variable<T>>, \
                                       double, Where);                                                      \
    template Variable<T> weight_norm(Variable<T>, Variable<T>, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck::spelled_out
