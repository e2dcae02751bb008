// Rows of a few vectors. As many rows as a vector has lanes are dealt with together: their statistics are
// then one vector each, so that nothing waits for one row's sum, root and quotient.
#pragma once

#include <algorithm>

#include <tapedeck/core/kernels/accuracy.hpp>
#include <tapedeck/core/kernels/rows.hpp>
#include <tapedeck/core/kernels/strip.hpp>
#include <tapedeck/core/kernels/sums.hpp>

namespace tapedeck::kernels {

/// Up to `kTogether` rows of d numbers, which are K vectors.
template <std::size_t K, class V>
class ShortRows : public Strip<K, V> {
  public:
    using T = Element<V>;
    using typename Strip<K, V>::Row;

    static constexpr std::size_t kTogether = Lanes<V>::count;
    using PerRow = std::array<T, kTogether>;

    explicit ShortRows(std::size_t d) : Strip<K, V>(d), share_(T(1) / static_cast<T>(d)) {}

    /// The means of each row's f(row), which are N rows; their lanes beyond the end must be 0.
    template <std::size_t N, class F>
    std::array<V, N> means(std::size_t rows, F f) const {
        std::array<PerLane<V>, N> totals;
        for (auto& all : totals) all.fill(V(T(0)));
        for (std::size_t r = 0; r < rows; ++r) {
            const std::array<Row, N> parts{f(r)};
            for (std::size_t i = 0; i < N; ++i) {
                V total = parts[i][0];
                for (std::size_t k = 1; k < K; ++k) total = total + parts[i][k];
                totals[i][r] = total;
            }
        }
        std::array<V, N> result;
        for (std::size_t i = 0; i < N; ++i) result[i] = sums<V>(totals[i]) * V(share_);
        return result;
    }
    static PerRow lanes(const V& v) {
        PerRow all;
        Lanes<V>::store(all.data(), v);
        return all;
    }

    /// Of rows at x, x + d, …
    void statistics(std::size_t rows, std::size_t d, const T* x, T eps, MeanPath mean_path,
                    RowStatistics<T>* to) const {
        using op::all;
        using op::select;
        using op::sqrt;
        V mean(T(0)), rest(T(0)), variance(T(0));
        const auto at = [&](std::size_t r) { return this->load(x + r * d); };
        if (mean_path == MeanPath::no) {
            variance = means<1>(rows, [&](std::size_t r) { return std::array{this->square(at(r))}; })[0];
        } else {
            mean = means<1>(rows, [&](std::size_t r) { return std::array{at(r)}; })[0];
            const PerRow center = lanes(mean);
            const auto parts = means<2>(rows, [&](std::size_t r) {
                const Row d1 = without(at(r), center[r]);
                return std::array{d1, this->square(d1)};
            });
            rest = parts[0];
            variance = parts[1] - rest * rest;
            const auto fine = is_certain(variance, rest);
            if (!all(fine)) [[unlikely]] {
                const PerRow remainder = lanes(rest);
                const auto exact = means<1>(rows, [&](std::size_t r) {
                    return std::array{this->square(without(without(at(r), center[r]), remainder[r]))};
                });
                variance = select(fine, variance, exact[0]);
            }
        }
        const PerRow c = lanes(mean), r = lanes(rest), v = lanes(variance),
                     rstd = lanes(V(T(1)) / sqrt(variance + V(eps)));
        for (std::size_t i = 0; i < rows; ++i) to[i] = {c[i], r[i], v[i], rstd[i]};
    }
    Row normalized(const Row& row, const RowStatistics<T>& s) const {
        return this->each([&](const V& v) { return ((v - V(s.center)) - V(s.remainder)) * V(s.rstd); }, row);
    }

  private:
    Row without(const Row& row, T value) const {
        return this->cut(this->each([&](const V& v) { return v - V(value); }, row));
    }

    T share_;
};

/// See normalize_rows.
template <std::size_t K, class V>
void normalize_short_rows(std::size_t rows, std::size_t d, const Element<V>* x,
                          const RowStatistics<Element<V>>* statistics, RowsAffine<Element<V>> affine,
                          Element<V>* y) {
    const ShortRows<K, V> shape(d);
    const auto gamma = affine.gamma != nullptr ? shape.load(affine.gamma) : shape.filled(1);
    const auto beta = affine.beta != nullptr ? shape.load(affine.beta) : shape.filled(0);
    for (std::size_t i = 0; i < rows; ++i) {
        auto result = shape.normalized(shape.load(x + i * d), statistics[i]);
        if (affine.gamma != nullptr) result = shape.times(result, gamma);
        if (affine.beta != nullptr) result = shape.plus(result, beta);
        shape.store(y + i * d, result);
    }
}

/// See normalize_rows_adjoint.
template <std::size_t K, class V>
void normalize_short_rows_adjoint(std::size_t rows, std::size_t d, const Element<V>* x,
                                  const RowStatistics<Element<V>>* statistics, MeanPath mean_path,
                                  const Element<V>* gamma, const Element<V>* dy,
                                  RowsGradient<Element<V>> to) {
    using T = Element<V>;
    using Shape = ShortRows<K, V>;
    using Row = typename Shape::Row;
    const Shape shape(d);
    const auto add_to = [&](T* sum, const Row& part) {
        if (sum != nullptr) shape.store(sum, shape.plus(shape.load(sum), part));
    };
    const Row weight = gamma != nullptr ? shape.load(gamma) : shape.filled(1);
    // Beyond the end xhat is about 0: an infinite one would make the sums nan.
    const auto xhat = [&](std::size_t i) {
        return shape.normalized(shape.load(x + i * d, statistics[i].center), statistics[i]);
    };
    for (std::size_t first = 0; first < rows; first += Shape::kTogether) {
        // Sums over many rows go by blocks, so that rounding errors do not pile up on one large number.
        Row dgamma = shape.filled(0), dbeta = shape.filled(0);
        const std::size_t n = std::min(rows - first, Shape::kTogether);
        const auto means = shape.template means<2>(n, [&](std::size_t r) {
            const Row upstream = shape.load(dy + (first + r) * d), normal = xhat(first + r);
            dgamma = shape.plus(dgamma, shape.times(upstream, normal));
            dbeta = shape.plus(dbeta, upstream);
            const Row g = shape.times(upstream, weight);
            return std::array{g, shape.times(g, normal)};
        });
        add_to(to.dgamma, dgamma);
        add_to(to.dbeta, dbeta);
        if (to.dx == nullptr) continue;
        const auto mean_g = shape.lanes(mean_path == MeanPath::yes ? means[0] : V(T(0)));
        const auto mean_g_xhat = shape.lanes(means[1]);
        for (std::size_t r = 0; r < n; ++r) {
            const std::size_t i = first + r;
            const V rstd(statistics[i].rstd), a(mean_g[r]), b(mean_g_xhat[r]);
            const Row g = shape.times(shape.load(dy + i * d), weight);
            Row gradient =
                shape.each([&](const V& u, const V& v) { return rstd * (u - a - v * b); }, g, xhat(i));
            if (to.add) gradient = shape.plus(shape.load(to.dx + i * d), gradient);
            shape.store(to.dx + i * d, gradient);
        }
    }
}

}  // namespace tapedeck::kernels
