#include <limits>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/kernels/rows.hpp>
#include <tapedeck/core/ops/affine_inputs.hpp>
#include <tapedeck/core/ops/grouping.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/ops/normalize.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

using kernels::MeanPath;

/// y = (x - mean) * rstd * weight + bias, by row: LayerNorm. Without a mean taken off: RMSNorm.
template <class T, MeanPath kMean>
struct RowNorm final : Op<T>, Normalization<T> {
    struct Options {
        Shape normalized_shape;
        double eps = 1e-5;
        AffineInputs affine;
    };
    Options options;
    SmallVector<kernels::RowStatistics<T>, 1> statistics;

    static constexpr bool kCentered = kMean == MeanPath::yes;

    std::string_view name() const override { return kCentered ? "LayerNorm" : "RMSNorm"; }
    std::string_view rule() const override {
        return kCentered
                   ? "dx = rstd * (g - mean(g) - xhat * mean(g * xhat)) by row, g = dy * weight; dweight "
                     "= sum of dy * xhat, dbias = sum of dy"
                   : "dx = r * (g - xhat * mean(g * xhat)) by row, g = dy * weight, r = 1 / root mean "
                     "square; dweight = sum of dy * xhat";
    }

    void forward(Forward<T>& f) override {
        const Tensor<T>& x = f.input(0);
        check(f);
        const std::size_t d = elements(options.normalized_shape);
        const std::size_t rows = x.storage().size() / d;
        const T eps = static_cast<T>(options.eps);
        statistics.resize(rows);
        T* y = f.output(x.shape()).storage().data();
        const T* weight = options.affine.weight(f);
        const T* bias = options.affine.bias(f);
        kernels::row_statistics(rows, d, x.storage().data(), eps, kMean, statistics.data());
        kernels::normalize_rows<T>(rows, d, x.storage().data(), statistics.data(), {weight, bias}, y);
        if (eps > 0) return;
        for (std::size_t i = 0; i < rows; ++i) {
            if (std::isinf(statistics[i].rstd)) fail_to_divide(f, i);
        }
    }

    void adjoint(Reverse<T>& r) override {
        const Tensor<T>& x = r.input(0);
        const std::size_t d = elements(options.normalized_shape);
        const T* weight = options.affine.weight(r);
        T* dweight = options.affine.weight_gradient(r);
        T* dbias = options.affine.bias_gradient(r);
        // Last, since it is assigned at once: x may be the weight as well.
        const Deposit<T> dx = r.needs(0) ? r.deposit(0) : Deposit<T>{nullptr, false};
        kernels::normalize_rows_adjoint<T>(statistics.size(), d, x.storage().data(), statistics.data(), kMean,
                                           weight, r.upstream().storage().data(),
                                           {dx.data, dx.add, dweight, dbias});
    }

    Grouping<T> grouping(const Shape& x) const override {
        Grouping<T> all{.has_weight = options.affine.has_weight, .has_mean = kCentered};
        const std::size_t d = elements(options.normalized_shape);
        for (std::uint32_t i = 0; i < elements(x); ++i) {
            all.group.push_back(i / static_cast<std::uint32_t>(d));
            all.feature.push_back(i % static_cast<std::uint32_t>(d));
        }
        for (const auto& row : statistics) all.add(row.center + row.remainder, row.rstd);
        return all;
    }

  private:
    void check(const Forward<T>& f) const {
        const Shape& x = f.input(0).shape();
        const Shape& tail = options.normalized_shape;
        const bool fits = !tail.empty() && elements(tail) > 0 && x.size() >= tail.size() &&
                          std::equal(tail.rbegin(), tail.rend(), x.rbegin());
        if (!fits) {
            f.fail(fmt::format("x is {}, normalized_shape is {}: x's last dimensions must be "
                               "normalized_shape, and it must not be empty.",
                               to_text(x), to_text(tail)),
                   {"x"});
        }
        if (!(options.eps >= 0))
            f.template fail<ValueError>(fmt::format("eps is {}: it must not be negative.", options.eps));
        options.affine.check(f, tail);
    }

    [[noreturn]] void fail_to_divide(const Forward<T>& f, std::size_t row) const {
        f.template fail<NonFiniteError>(
            fmt::format(
                "row {} of {} {} and eps is 0: nothing can be divided by its root; give a positive eps.", row,
                statistics.size(), kCentered ? "is constant, so that its variance is 0," : "is all zeros,"),
            {"x"});
    }
};

template <class T>
using LayerNorm = RowNorm<T, MeanPath::yes>;
template <class T>
using RMSNorm = RowNorm<T, MeanPath::no>;

}  // namespace op

template <class T>
Variable<T> layer_norm(Variable<T> x, const Shape& normalized_shape, Optional<T> weight, Optional<T> bias,
                       double eps, Where where) {
    return op::record_with_affine<op::LayerNorm<T>>(where, x, weight, bias, [&](op::AffineInputs affine) {
        return typename op::LayerNorm<T>::Options{normalized_shape, eps, affine};
    });
}

template <class T>
Variable<T> rms_norm(Variable<T> x, const Shape& normalized_shape, Optional<T> weight,
                     std::optional<double> eps, Where where) {
    return op::record_with_affine<op::RMSNorm<T>>(
        where, x, weight, std::optional<Variable<T>>(), [&](op::AffineInputs affine) {
            return typename op::RMSNorm<T>::Options{normalized_shape,
                                                    eps.value_or(std::numeric_limits<T>::epsilon()), affine};
        });
}

#define INSTANTIATE(T)                                                                     \
    template Variable<T> layer_norm(Variable<T>, const Shape&, std::optional<Variable<T>>, \
                                    std::optional<Variable<T>>, double, Where);            \
    template Variable<T> rms_norm(Variable<T>, const Shape&, std::optional<Variable<T>>,   \
                                  std::optional<double>, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
