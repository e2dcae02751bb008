#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/kernels/map.hpp>
#include <tapedeck/core/kernels/rows.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/ops/normalize.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

/// w = g * v / |v|, by row
template <class T>
struct WeightNorm final : Op<T> {
    SmallVector<T, 1> inverse_norm;  ///< 1 / |v|, by row

    std::string_view name() const override { return "WeightNorm"; }
    std::string_view rule() const override {
        return "dg = sum of dw * u, dv = g / |v| * (dw - u * dg) by row, u = v / |v|";
    }

    void forward(Forward<T>& f) override {
        check(f);
        const Tensor<T>& v = f.input(0);
        const std::size_t rows = v.shape()[0];
        const std::size_t d = v.storage().size() / rows;
        inverse_norm.resize(rows);
        T* w = f.output(v.shape()).storage().data();
        for (std::size_t i = 0; i < rows; ++i) {
            const T* row = v.storage().data() + i * d;
            // The root mean square, times the root of the size, is the norm: it bears huge and tiny numbers.
            inverse_norm[i] = kernels::row_statistics(d, row, T(0), kernels::MeanPath::no).rstd /
                              std::sqrt(static_cast<T>(d));
            if (std::isinf(inverse_norm[i])) {
                f.template fail<NonFiniteError>(fmt::format("row {} of v is all zeros, or too small: it has "
                                                            "no direction; start from other weights.",
                                                            i),
                                                {"v", "g"});
            }
            const T inverse = inverse_norm[i], g = f.input(1).storage()[i];
            kernels::map<false>(
                d, w + i * d, [=](auto x) { return (x * decltype(x)(inverse)) * decltype(x)(g); },
                kernels::Stream<T>{row});
        }
    }

    void adjoint(Reverse<T>& r) override {
        const Tensor<T>& v = r.input(0);
        const Tensor<T>& g = r.input(1);
        const std::size_t rows = g.storage().size();
        const std::size_t d = v.storage().size() / rows;
        const Deposit<T> dv = r.needs(0) ? r.deposit(0) : Deposit<T>{nullptr, false};
        const Deposit<T> dg = r.needs(1) ? r.deposit(1) : Deposit<T>{nullptr, false};
        for (std::size_t i = 0; i < rows; ++i) {
            const kernels::Stream<T> dw{r.upstream().storage().data() + i * d},
                row{v.storage().data() + i * d};
            const T inverse = inverse_norm[i];
            const auto u = [=](auto x) { return x * decltype(x)(inverse); };
            const T along = kernels::map_sum<T>(
                d, [=](auto dy, auto x) { return dy * u(x); }, dw, row);
            const T scale = g.storage()[i] * inverse;
            const auto across = [=](auto dy, auto x) {
                using V = decltype(x);
                return V(scale) * (dy - u(x) * V(along));
            };
            if (dv.data != nullptr && dv.add)
                kernels::map<true>(d, dv.data + i * d, across, dw, row);
            else if (dv.data != nullptr)
                kernels::map<false>(d, dv.data + i * d, across, dw, row);
            // After dv's, which may be the same one and be assigned.
            if (dg.data != nullptr) dg.data[i] = dg.add ? dg.data[i] + along : along;
        }
    }

  private:
    static void check(const Forward<T>& f) {
        const Shape& v = f.input(0).shape();
        const Shape& g = f.input(1).shape();
        if (elements(v) == 0 || v.empty()) {
            f.fail(fmt::format("v is {}: expected (out, …) with at least one element.", to_text(v)),
                   {"v", "g"});
        }
        Shape column(v.size());
        std::fill(column.begin(), column.end(), std::size_t{1});
        column[0] = v[0];
        if (g != column && g != Shape{v[0]}) {
            f.fail(fmt::format("v is {}, g is {}: g must be {}, one length for each row of v.", to_text(v),
                               to_text(g), to_text(column)),
                   {"v", "g"});
        }
    }
};

}  // namespace op

template <class T>
Variable<T> weight_norm(Variable<T> v, Variable<T> g, Where where) {
    return op::record<op::WeightNorm<T>>(where, {}, v, g);
}

#define INSTANTIATE(T) template Variable<T> weight_norm(Variable<T>, Variable<T>, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
