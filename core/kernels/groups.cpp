#include <tapedeck/core/kernels/groups.hpp>

#include <tapedeck/core/kernels/map.hpp>

namespace tapedeck::kernels {

template <class T>
void normalize_group(const GroupShape& shape, const T* x, const RowStatistics<T>& s, const T* gamma,
                     const T* beta, T* y) {
    if (shape.length == 1) return normalize_rows<T>(1, shape.channels, x, &s, {gamma, beta}, y);
    for (std::size_t c = 0; c < shape.channels; ++c) {
        const T scale = gamma != nullptr ? gamma[c] : T(1);
        const T shift = beta != nullptr ? beta[c] : T(0);
        map<false>(
            shape.length, y + c * shape.length,
            [s, scale, shift](auto v) {
                using V = decltype(v);
                return ((v - V(s.center)) - V(s.remainder)) * V(s.rstd) * V(scale) + V(shift);
            },
            Stream<T>{x + c * shape.length});
    }
}

template <class T>
void normalize_group_adjoint(const GroupShape& shape, const T* x, const RowStatistics<T>& s, const T* gamma,
                             const T* dy, T* dx, bool add, T* dgamma, T* dbeta) {
    if (shape.length == 1) {
        return normalize_rows_adjoint<T>(1, shape.channels, x, &s, MeanPath::yes, gamma, dy,
                                         {dx, add, dgamma, dbeta});
    }
    const auto xhat = [s](auto v) {
        using V = decltype(v);
        return ((v - V(s.center)) - V(s.remainder)) * V(s.rstd);
    };
    T sum_g = 0, sum_g_xhat = 0;
    for (std::size_t c = 0; c < shape.channels; ++c) {
        const Stream<T> upstream{dy + c * shape.length}, values{x + c * shape.length};
        const T sum_dy = map_sum<T>(
            shape.length, [](auto g) { return g; }, upstream);
        const T sum_dy_xhat = map_sum<T>(
            shape.length, [&](auto g, auto v) { return g * xhat(v); }, upstream, values);
        if (dbeta != nullptr) dbeta[c] += sum_dy;
        if (dgamma != nullptr) dgamma[c] += sum_dy_xhat;
        const T scale = gamma != nullptr ? gamma[c] : T(1);
        sum_g += scale * sum_dy;
        sum_g_xhat += scale * sum_dy_xhat;
    }
    if (dx == nullptr) return;
    const T mean_g = sum_g / static_cast<T>(shape.size());
    const T mean_g_xhat = sum_g_xhat / static_cast<T>(shape.size());
    for (std::size_t c = 0; c < shape.channels; ++c) {
        const T scale = gamma != nullptr ? gamma[c] : T(1);
        const auto gradient = [&](auto g, auto v) {
            using V = decltype(v);
            return V(s.rstd) * (V(scale) * g - V(mean_g) - xhat(v) * V(mean_g_xhat));
        };
        const Stream<T> upstream{dy + c * shape.length}, values{x + c * shape.length};
        T* to = dx + c * shape.length;
        if (add)
            map<true>(shape.length, to, gradient, upstream, values);
        else
            map<false>(shape.length, to, gradient, upstream, values);
    }
}

#define INSTANTIATE(T)                                                                                      \
    template void normalize_group(const GroupShape&, const T*, const RowStatistics<T>&, const T*, const T*, \
                                  T*);                                                                      \
    template void normalize_group_adjoint(const GroupShape&, const T*, const RowStatistics<T>&, const T*,   \
                                          const T*, T*, bool, T*, T*);
INSTANTIATE(float)
INSTANTIATE(double)

}  // namespace tapedeck::kernels
