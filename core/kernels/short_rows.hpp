// Rows of a few vectors: each is read once, and all that is known of it stays in registers.
#pragma once

#include <algorithm>
#include <cmath>

#include <tapedeck/core/kernels/rows.hpp>
#include <tapedeck/core/kernels/strip.hpp>

namespace tapedeck::kernels {

/// Rows of d numbers, which are K vectors.
template <std::size_t K, class V>
class ShortRows : public Strip<K, V> {
  public:
    using T = Element<V>;
    using typename Strip<K, V>::Row;

    explicit ShortRows(std::size_t d) : Strip<K, V>(d), share_(T(1) / static_cast<T>(d)) {}

    /// Of all lanes, so that those beyond the end must be 0.
    T mean(const Row& row) const {
        V total = row[0];
        for (std::size_t k = 1; k < K; ++k) total = total + row[k];
        return Lanes<V>::sum(total) * share_;
    }
    /// Of a row that was loaded with zeros beyond.
    RowStatistics<T> statistics(const Row& row, T eps, MeanPath mean_path) const {
        if (mean_path == MeanPath::no) return with(T(0), T(0), mean(this->times(row, row)), eps);
        const T center = mean(row);
        const Row centered = less(row, center);
        const T remainder = mean(centered);
        T variance = mean(this->times(centered, centered)) - remainder * remainder;
        // The remainder is a rounding error, unless the row is nearly constant: then it must go first.
        if (!(variance >= kNegligible * remainder * remainder)) [[unlikely]] {
            const Row exact = less(centered, remainder);
            variance = mean(this->times(exact, exact));
        }
        return with(center, remainder, variance, eps);
    }
    Row normalized(const Row& row, const RowStatistics<T>& s) const {
        return this->each([&](const V& v) { return ((v - V(s.center)) - V(s.remainder)) * V(s.rstd); }, row);
    }

  private:
    static RowStatistics<T> with(T center, T remainder, T variance, T eps) {
        return {center, remainder, variance, T(1) / std::sqrt(variance + eps)};
    }
    Row less(const Row& row, T value) const {
        return this->cut(this->each([&](const V& v) { return v - V(value); }, row));
    }

    T share_;
};

/// normalize_rows; `statistics_of(i, row)` knows row i's statistics, or finds them out.
template <std::size_t K, class V, class F>
void normalize_short_rows(std::size_t rows, std::size_t d, const Element<V>* x, F statistics_of,
                          RowsAffine<Element<V>> affine, Element<V>* y) {
    const ShortRows<K, V> shape(d);
    const auto gamma = affine.gamma != nullptr ? shape.load(affine.gamma) : shape.filled(1);
    const auto beta = affine.beta != nullptr ? shape.load(affine.beta) : shape.filled(0);
    for (std::size_t i = 0; i < rows; ++i) {
        const auto row = shape.load(x + i * d);
        auto result = shape.normalized(row, statistics_of(i, row));
        if (affine.gamma != nullptr) result = shape.times(result, gamma);
        if (affine.beta != nullptr) result = shape.plus(result, beta);
        shape.store(y + i * d, result);
    }
}

template <std::size_t K, class V>
void normalize_short_rows_adjoint(std::size_t rows, std::size_t d, const Element<V>* x,
                                  const RowStatistics<Element<V>>* statistics, MeanPath mean_path,
                                  const Element<V>* gamma, const Element<V>* dy,
                                  RowsGradient<Element<V>> to) {
    using T = Element<V>;
    using Row = typename ShortRows<K, V>::Row;
    // Many rows are summed by blocks, so that rounding errors do not pile up on one large number.
    constexpr std::size_t kBlock = 256;
    const ShortRows<K, V> shape(d);
    const auto add_to = [&](T* sum, const Row& part) {
        if (sum != nullptr) shape.store(sum, shape.plus(shape.load(sum), part));
    };
    const Row weight = gamma != nullptr ? shape.load(gamma) : shape.filled(1);
    for (std::size_t i = 0; i < rows;) {
        Row dgamma = shape.filled(0), dbeta = shape.filled(0);
        for (const std::size_t end = std::min(rows, i + kBlock); i < end; ++i) {
            // Beyond the end xhat is about 0: an infinite one would make the sums nan.
            const Row xhat = shape.normalized(shape.load(x + i * d, statistics[i].center), statistics[i]);
            const Row upstream = shape.load(dy + i * d);
            dgamma = shape.plus(dgamma, shape.times(upstream, xhat));
            dbeta = shape.plus(dbeta, upstream);
            if (to.dx == nullptr) continue;
            const Row g = shape.times(upstream, weight);
            const V rstd(statistics[i].rstd), mean_g(mean_path == MeanPath::yes ? shape.mean(g) : T(0)),
                mean_g_xhat(shape.mean(shape.times(g, xhat)));
            Row gradient = shape.each(
                [&](const V& a, const V& b) { return rstd * (a - mean_g - b * mean_g_xhat); }, g, xhat);
            if (to.add) gradient = shape.plus(shape.load(to.dx + i * d), gradient);
            shape.store(to.dx + i * d, gradient);
        }
        add_to(to.dgamma, dgamma);
        add_to(to.dbeta, dbeta);
    }
}

}  // namespace tapedeck::kernels
