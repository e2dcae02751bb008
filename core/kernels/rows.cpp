#include <tapedeck/core/kernels/rows.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <tapedeck/core/kernels/accuracy.hpp>
#include <tapedeck/core/kernels/map.hpp>
#include <tapedeck/core/kernels/short_rows.hpp>

namespace tapedeck::kernels {
namespace {

/// Statistics of rows whose squares leave T's range, above or below: in units of the largest difference.
template <class T>
[[gnu::cold]] RowStatistics<T> statistics_in_units(std::size_t d, const T* x, T eps, MeanPath mean_path) {
    const bool centered = mean_path == MeanPath::yes;
    const T n = static_cast<T>(d);
    const T low = *std::min_element(x, x + d);
    const T high = *std::max_element(x, x + d);
    const T center = centered ? low / 2 + high / 2 : T(0);
    const T unit = std::max({high - center, center - low, std::numeric_limits<T>::min()});
    T sum = 0;
    for (std::size_t i = 0; i < d; ++i) sum += (x[i] - center) / unit;
    const T mean = centered ? sum / n : T(0);
    T squares = 0;
    for (std::size_t i = 0; i < d; ++i) {
        const T difference = (x[i] - center) / unit - mean;
        squares += difference * difference;
    }
    const T root = std::sqrt(squares / n) * unit;
    return {center, mean * unit, root * root, T(1) / std::hypot(root, std::sqrt(eps))};
}

/// Of a row of any length, block by block.
template <class T>
RowStatistics<T> long_row_statistics(std::size_t d, const T* x, T eps, MeanPath mean_path) {
    const T n = static_cast<T>(d);
    const Stream<T> row{x};
    T center = 0, remainder = 0;
    if (mean_path == MeanPath::yes) {
        center = map_sum<T>(
                     d, [](auto v) { return v; }, row) /
                 n;
        remainder = map_sum<T>(
                        d, [center](auto v) { return v - decltype(v)(center); }, row) /
                    n;
    }
    const auto square = [center, remainder](auto v) {
        using V = decltype(v);
        const V difference = (v - V(center)) - V(remainder);
        return difference * difference;
    };
    const T variance = map_sum<T>(d, square, row) / n;
    return {center, remainder, variance, T(1) / std::sqrt(variance + eps)};
}

template <class T>
[[gnu::cold]] bool all_finite(std::size_t d, const T* x) {
    return std::all_of(x, x + d, [](T v) { return std::isfinite(v); });
}

template <class T>
void normalize_long_row(std::size_t d, const T* x, const RowStatistics<T>& s, RowsAffine<T> affine, T* y) {
    using V = Vector<T>;
    const V center(s.center), remainder(s.remainder), rstd(s.rstd);
    each_vector<V>(d, [&](auto row, auto put) {
        V result = ((row(x, s.center) - center) - remainder) * rstd;
        if (affine.gamma != nullptr) result = result * row(affine.gamma, T(0));
        if (affine.beta != nullptr) result = result + row(affine.beta, T(0));
        put(y, result);
    });
}

template <class T>
void normalize_long_row_adjoint(std::size_t d, const T* x, const RowStatistics<T>& s, MeanPath mean_path,
                                const T* gamma, const T* dy, RowsGradient<T> to) {
    using V = Vector<T>;
    const V center(s.center), remainder(s.remainder), rstd(s.rstd);
    V sum_g(T(0)), sum_g_xhat(T(0));
    each_vector<V>(d, [&](auto row, auto put) {
        const V xhat = ((row(x, s.center) - center) - remainder) * rstd;
        const V upstream = row(dy, T(0));
        const V g = gamma != nullptr ? upstream * row(gamma, T(0)) : upstream;
        sum_g += g;
        sum_g_xhat += g * xhat;
        if (to.dgamma != nullptr) put(to.dgamma, row(to.dgamma, T(0)) + upstream * xhat);
        if (to.dbeta != nullptr) put(to.dbeta, row(to.dbeta, T(0)) + upstream);
    });
    if (to.dx == nullptr) return;
    const V mean_g(mean_path == MeanPath::yes ? Lanes<V>::sum(sum_g) / static_cast<T>(d) : T(0));
    const V mean_g_xhat(Lanes<V>::sum(sum_g_xhat) / static_cast<T>(d));
    each_vector<V>(d, [&](auto row, auto put) {
        const V xhat = ((row(x, s.center) - center) - remainder) * rstd;
        const V upstream = row(dy, T(0));
        const V g = gamma != nullptr ? upstream * row(gamma, T(0)) : upstream;
        const V gradient = rstd * (g - mean_g - xhat * mean_g_xhat);
        put(to.dx, to.add ? V(row(to.dx, T(0)) + gradient) : gradient);
    });
}

/// Row i's share of what is done to all rows.
template <class T>
T* at(T* array, std::size_t offset) {
    return array == nullptr ? nullptr : array + offset;
}

}  // namespace

template <class T>
void row_statistics(std::size_t rows, std::size_t d, const T* x, T eps, MeanPath mean_path,
                    RowStatistics<T>* to) {
    by_vectors<Vector<T>>(d, [&](auto k) {
        if constexpr (k == 0) {
            for (std::size_t i = 0; i < rows; ++i) to[i] = long_row_statistics(d, x + i * d, eps, mean_path);
        } else {
            const ShortRows<k, Vector<T>> shape(d);
            for (std::size_t i = 0; i < rows; i += shape.kTogether)
                shape.statistics(std::min(rows - i, shape.kTogether), d, x + i * d, eps, mean_path, to + i);
        }
    });
    for (std::size_t i = 0; i < rows; ++i) {
        if (leaves_range(to[i].variance, eps) && all_finite(d, x + i * d)) [[unlikely]]
            to[i] = statistics_in_units(d, x + i * d, eps, mean_path);
    }
}

template <class T>
void normalize_rows(std::size_t rows, std::size_t d, const T* x, const RowStatistics<T>* statistics,
                    RowsAffine<T> affine, T* y) {
    by_vectors<Vector<T>>(d, [&](auto k) {
        if constexpr (k == 0) {
            for (std::size_t i = 0; i < rows; ++i)
                normalize_long_row(d, x + i * d, statistics[i], affine, y + i * d);
        } else {
            normalize_short_rows<k, Vector<T>>(rows, d, x, statistics, affine, y);
        }
    });
}

template <class T>
void normalize_rows_adjoint(std::size_t rows, std::size_t d, const T* x, const RowStatistics<T>* statistics,
                            MeanPath mean_path, const T* gamma, const T* dy, RowsGradient<T> to) {
    by_vectors<Vector<T>>(d, [&](auto k) {
        if constexpr (k == 0) {
            for (std::size_t i = 0; i < rows; ++i) {
                normalize_long_row_adjoint(d, x + i * d, statistics[i], mean_path, gamma, dy + i * d,
                                           {at(to.dx, i * d), to.add, to.dgamma, to.dbeta});
            }
        } else {
            normalize_short_rows_adjoint<k, Vector<T>>(rows, d, x, statistics, mean_path, gamma, dy, to);
        }
    });
}

#define INSTANTIATE(T)                                                                                       \
    template void row_statistics(std::size_t, std::size_t, const T*, T, MeanPath, RowStatistics<T>*);        \
    template void normalize_rows(std::size_t, std::size_t, const T*, const RowStatistics<T>*, RowsAffine<T>, \
                                 T*);                                                                        \
    template void normalize_rows_adjoint(std::size_t, std::size_t, const T*, const RowStatistics<T>*,        \
                                         MeanPath, const T*, const T*, RowsGradient<T>);
INSTANTIATE(float)
INSTANTIATE(double)

}  // namespace tapedeck::kernels
