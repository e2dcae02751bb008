#include <tapedeck/core/kernels/rows.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <tapedeck/core/kernels/map.hpp>
#include <tapedeck/core/kernels/range.hpp>

namespace tapedeck::kernels {
namespace {

/// Statistics of rows whose squares leave T's range, above or below: in units of the largest difference.
template <class T>
RowStatistics<T> statistics_in_units(std::size_t d, const T* x, T eps) {
    const T n = static_cast<T>(d);
    const T low = *std::min_element(x, x + d);
    const T high = *std::max_element(x, x + d);
    const T center = low / 2 + high / 2;
    const T unit = std::max(high / 2 - low / 2, std::numeric_limits<T>::min());
    T sum = 0;
    for (std::size_t i = 0; i < d; ++i) sum += (x[i] - center) / unit;
    const T mean = sum / n;
    T squares = 0;
    for (std::size_t i = 0; i < d; ++i) {
        const T difference = (x[i] - center) / unit - mean;
        squares += difference * difference;
    }
    const T standard_deviation = std::sqrt(squares / n) * unit;
    return {center, mean * unit, standard_deviation * standard_deviation,
            T(1) / std::hypot(standard_deviation, std::sqrt(eps))};
}

/// A row of K vectors, the last of which may be incomplete, is read once and kept in registers.
template <std::size_t K, class T>
RowStatistics<T> short_row_statistics(std::size_t d, const T* x, T eps) {
    using V = Vector<T>;
    constexpr std::size_t kLast = K - 1;
    const T share = T(1) / static_cast<T>(d);
    const std::size_t rest = d - kLast * Lanes<V>::count;
    // The lanes beyond the row's end count as 0, also after a mean has been taken off.
    std::array<V, K> row{};
    for (std::size_t k = 0; k < kLast; ++k) row[k] = Lanes<V>::load(x + k * Lanes<V>::count);
    row[kLast] = load_part<V>(x + kLast * Lanes<V>::count, rest, T(0));
    const auto mean_of = [&](auto f) {
        V total = f(row[0]);
        for (std::size_t k = 1; k < K; ++k) total += f(row[k]);
        return Lanes<V>::sum(total) * share;
    };
    const auto identity = [](const V& v) { return v; };
    const auto take_off = [&](T mean) {
        for (V& v : row) v = v - V(mean);
        row[kLast] = keep_first(rest, row[kLast]);
        return mean;
    };
    const T center = take_off(mean_of(identity));
    const T remainder = take_off(mean_of(identity));
    const T variance = mean_of([](const V& v) { return v * v; });
    return {center, remainder, variance, T(1) / std::sqrt(variance + eps)};
}

/// Of a row of any length, block by block.
template <class T>
RowStatistics<T> long_row_statistics(std::size_t d, const T* x, T eps) {
    const T n = static_cast<T>(d);
    const Stream<T> row{x};
    const T center = map_sum<T>(
                         d, [](auto v) { return v; }, row) /
                     n;
    const T remainder = map_sum<T>(
                            d, [center](auto v) { return v - decltype(v)(center); }, row) /
                        n;
    const auto square = [center, remainder](auto v) {
        using V = decltype(v);
        const V difference = (v - V(center)) - V(remainder);
        return difference * difference;
    };
    const T variance = map_sum<T>(d, square, row) / n;
    return {center, remainder, variance, T(1) / std::sqrt(variance + eps)};
}

template <class T>
bool all_finite(std::size_t d, const T* x) {
    return std::all_of(x, x + d, [](T v) { return std::isfinite(v); });
}

}  // namespace

template <class T>
RowStatistics<T> row_statistics(std::size_t d, const T* x, T eps) {
    constexpr std::size_t kWidth = Lanes<Vector<T>>::count;
    const RowStatistics<T> s = d <= kWidth                         ? short_row_statistics<1>(d, x, eps)
                               : d <= 2 * kWidth                   ? short_row_statistics<2>(d, x, eps)
                               : d <= 4 * kWidth && d > 3 * kWidth ? short_row_statistics<4>(d, x, eps)
                                                                   : long_row_statistics(d, x, eps);
    return leaves_range(s.variance, eps) && all_finite(d, x) ? statistics_in_units(d, x, eps) : s;
}

template <class T>
RowStatistics<T> rms_statistics(std::size_t d, const T* x, T eps) {
    const T mean_square = map_sum<T>(
                              d, [](auto v) { return v * v; }, Stream<T>{x}) /
                          static_cast<T>(d);
    if (!leaves_range(mean_square, eps) || !all_finite(d, x))
        return {T(0), T(0), mean_square, T(1) / std::sqrt(mean_square + eps)};
    T unit = std::numeric_limits<T>::min();
    for (std::size_t i = 0; i < d; ++i) unit = std::max(unit, std::abs(x[i]));
    T sum = 0;
    for (std::size_t i = 0; i < d; ++i) sum += (x[i] / unit) * (x[i] / unit);
    const T root = std::sqrt(sum / static_cast<T>(d)) * unit;
    return {T(0), T(0), root * root, T(1) / std::hypot(root, std::sqrt(eps))};
}

template <class T>
void normalize_row(std::size_t d, const T* x, const RowStatistics<T>& s, const T* gamma, const T* beta,
                   T* y) {
    using V = Vector<T>;
    const V center(s.center), remainder(s.remainder), rstd(s.rstd);
    each_vector<V>(d, [&](auto row, auto put) {
        V result = ((row(x, s.center) - center) - remainder) * rstd;
        if (gamma != nullptr) result = result * row(gamma, T(0));
        if (beta != nullptr) result = result + row(beta, T(0));
        put(y, result);
    });
}

template <class T>
void normalize_row_adjoint(std::size_t d, const T* x, const RowStatistics<T>& s, MeanPath mean_path,
                           const T* gamma, const T* dy, T* dx, bool add, T* dgamma, T* dbeta) {
    using V = Vector<T>;
    const V center(s.center), remainder(s.remainder), rstd(s.rstd);
    V sum_g(T(0)), sum_g_xhat(T(0));
    each_vector<V>(d, [&](auto row, auto put) {
        const V xhat = ((row(x, s.center) - center) - remainder) * rstd;
        const V upstream = row(dy, T(0));
        const V g = gamma != nullptr ? upstream * row(gamma, T(0)) : upstream;
        sum_g += g;
        sum_g_xhat += g * xhat;
        if (dgamma != nullptr) put(dgamma, row(dgamma, T(0)) + upstream * xhat);
        if (dbeta != nullptr) put(dbeta, row(dbeta, T(0)) + upstream);
    });
    if (dx == nullptr) return;
    const V mean_g(mean_path == MeanPath::yes ? Lanes<V>::sum(sum_g) / static_cast<T>(d) : T(0));
    const V mean_g_xhat(Lanes<V>::sum(sum_g_xhat) / static_cast<T>(d));
    each_vector<V>(d, [&](auto row, auto put) {
        const V xhat = ((row(x, s.center) - center) - remainder) * rstd;
        const V upstream = row(dy, T(0));
        const V g = gamma != nullptr ? upstream * row(gamma, T(0)) : upstream;
        const V gradient = rstd * (g - mean_g - xhat * mean_g_xhat);
        put(dx, add ? V(row(dx, T(0)) + gradient) : gradient);
    });
}

#define INSTANTIATE(T)                                                                                      \
    template RowStatistics<T> row_statistics(std::size_t, const T*, T);                                     \
    template RowStatistics<T> rms_statistics(std::size_t, const T*, T);                                     \
    template void normalize_row(std::size_t, const T*, const RowStatistics<T>&, const T*, const T*, T*);    \
    template void normalize_row_adjoint(std::size_t, const T*, const RowStatistics<T>&, MeanPath, const T*, \
                                        const T*, T*, bool, T*, T*);
INSTANTIATE(float)
INSTANTIATE(double)

}  // namespace tapedeck::kernels
