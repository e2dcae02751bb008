// A few vectors side by side, held in registers: a short row, or as many columns as fit.
#pragma once

#include <array>
#include <type_traits>
#include <utility>

#include <tapedeck/core/kernels/constant.hpp>
#include <tapedeck/core/kernels/simd.hpp>

namespace tapedeck::kernels {

/// The most vectors that a strip has: with weights and sums beside them they still fit into registers.
inline constexpr std::size_t kWidestStrip = 4;

/// n numbers as K vectors of type V, the last of which may be incomplete.
template <std::size_t K, class V>
class Strip {
  public:
    using T = Element<V>;
    using Row = std::array<V, K>;

    explicit Strip(std::size_t n) : rest_(n - kLast * Lanes<V>::count) {}

    /// The lanes beyond the end hold `beyond`.
    Row load(const T* from, T beyond = T(0)) const {
        Row row;
        for (std::size_t k = 0; k < kLast; ++k) row[k] = Lanes<V>::load(from + k * Lanes<V>::count);
        row[kLast] = load_part<V>(from + kLast * Lanes<V>::count, rest_, beyond);
        return row;
    }
    void store(T* to, const Row& row) const {
        for (std::size_t k = 0; k < kLast; ++k) Lanes<V>::store(to + k * Lanes<V>::count, row[k]);
        store_part(to + kLast * Lanes<V>::count, rest_, row[kLast]);
    }
    /// The row with zeros beyond the end.
    Row cut(Row row) const {
        row[kLast] = keep_first(rest_, row[kLast]);
        return row;
    }
    static Row filled(T value) {
        Row row;
        row.fill(V(value));
        return row;
    }
    /// f of each vector of these rows.
    template <class F, class... Rows>
    static Row each(F f, const Rows&... rows) {
        return [&]<std::size_t... k>(std::index_sequence<k...>) {
            const auto one = [&](std::size_t i) { return V(f(rows[i]...)); };
            return Row{one(k)...};
        }
        (std::make_index_sequence<K>());
    }
    static Row plus(const Row& a, const Row& b) {
        return each([](const V& x, const V& y) { return x + y; }, a, b);
    }
    static Row minus(const Row& a, const Row& b) {
        return each([](const V& x, const V& y) { return x - y; }, a, b);
    }
    static Row square(const Row& a) { return times(a, a); }
    static Row times(const Row& a, const Row& b) {
        return each([](const V& x, const V& y) { return x * y; }, a, b);
    }

  private:
    static constexpr std::size_t kLast = K - 1;
    std::size_t rest_;
};

/// f(K), K being how many vectors n numbers take, as a constant; f(0) when that is more than a strip has.
template <class V, class F>
decltype(auto) by_vectors(std::size_t n, F f) {
    static_assert(kWidestStrip <= kLargestConstant);
    const std::size_t vectors = (n + Lanes<V>::count - 1) / Lanes<V>::count;
    if (vectors == 0 || vectors > kWidestStrip) return f(std::integral_constant<std::size_t, 0>());
    return with_constant(vectors, f);
}

}  // namespace tapedeck::kernels
