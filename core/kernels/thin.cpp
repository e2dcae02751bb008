#include <tapedeck/core/kernels/thin.hpp>

#include <algorithm>

#include <tapedeck/core/kernels/constant.hpp>
#include <tapedeck/core/kernels/map.hpp>
#include <tapedeck/core/kernels/sums.hpp>

namespace tapedeck::kernels {
namespace {

static_assert(kThin <= kLargestConstant);

/// f(first, N) for all n, kThin at a time.
template <class F>
void by_fours(std::size_t n, F f) {
    for (std::size_t i = 0; i < n; i += kThin)
        with_constant(std::min(n - i, kThin), [&](auto count) { f(i, count); });
}

/// The products of M rows of a with N rows of b.
template <std::size_t M, std::size_t N, class V, class T>
std::array<std::array<T, N>, M> dot_products(std::size_t k, const T* a, const T* b) {
    std::array<std::array<V, N>, M> total;
    for (auto& row : total) row.fill(V(T(0)));
    each_vector<V>(k, [&](auto load, auto) {
        std::array<V, M> left;
        for (std::size_t r = 0; r < M; ++r) left[r] = load(a + r * k, T(0));
        for (std::size_t o = 0; o < N; ++o) {
            const V right = load(b + o * k, T(0));
            for (std::size_t r = 0; r < M; ++r) total[r][o] = total[r][o] + left[r] * right;
        }
    });
    std::array<std::array<T, N>, M> result;
    for (std::size_t r = 0; r < M; ++r)
        for (std::size_t o = 0; o < N; ++o) result[r][o] = Lanes<V>::sum(total[r][o]);
    return result;
}

}  // namespace

template <class T>
void thin_times_transposed(std::size_t m, std::size_t n, std::size_t k, const T* a, const T* b, T* c,
                           bool add) {
    with_constant(m, [&](auto rows) {
        by_fours(n, [&](std::size_t first, auto columns) {
            const auto sums = dot_products<rows, columns, Vector<T>>(k, a, b + first * k);
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t o = 0; o < columns; ++o) {
                    T& to = c[r * n + first + o];
                    to = add ? to + sums[r][o] : sums[r][o];
                }
        });
    });
}

template <class T>
void thin_times(std::size_t m, std::size_t n, std::size_t k, const T* a, const T* b, T* c, bool add) {
    using V = Vector<T>;
    with_constant(m, [&](auto rows) {
        by_fours(k, [&](std::size_t first, auto count) {
            const bool adds = add || first > 0;
            each_vector<V>(n, [&](auto load, auto store) {
                std::array<V, count> right;
                for (std::size_t i = 0; i < count; ++i) right[i] = load(b + (first + i) * n, T(0));
                for (std::size_t r = 0; r < rows; ++r) {
                    V total = adds ? load(c + r * n, T(0)) : V(T(0));
                    for (std::size_t i = 0; i < count; ++i)
                        total = total + V(a[r * k + first + i]) * right[i];
                    store(c + r * n, total);
                }
            });
        });
    });
}

template <class T>
void sum_of_outer_products(std::size_t m, std::size_t n, std::size_t k, const T* a, const T* b, T* c,
                           bool add) {
    using V = Vector<T>;
    with_constant(k, [&](auto terms) {
        by_fours(m, [&](std::size_t first, auto rows) {
            each_vector<V>(n, [&](auto load, auto store) {
                std::array<V, terms> right;
                for (std::size_t i = 0; i < terms; ++i) right[i] = load(b + i * n, T(0));
                for (std::size_t r = 0; r < rows; ++r) {
                    T* to = c + (first + r) * n;
                    V total = add ? load(to, T(0)) : V(T(0));
                    for (std::size_t i = 0; i < terms; ++i)
                        total = total + V(a[i * m + first + r]) * right[i];
                    store(to, total);
                }
            });
        });
    });
}

#define INSTANTIATE(T)                                                                                 \
    template void thin_times_transposed(std::size_t, std::size_t, std::size_t, const T*, const T*, T*, \
                                        bool);                                                         \
    template void thin_times(std::size_t, std::size_t, std::size_t, const T*, const T*, T*, bool);     \
    template void sum_of_outer_products(std::size_t, std::size_t, std::size_t, const T*, const T*, T*, bool);
INSTANTIATE(float)
INSTANTIATE(double)

}  // namespace tapedeck::kernels
