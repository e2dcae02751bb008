// Channels side by side, one number each a row: a strip of them goes down the rows, in registers.
#pragma once

#include <algorithm>

#include <tapedeck/core/kernels/accuracy.hpp>
#include <tapedeck/core/kernels/strip.hpp>

namespace tapedeck::kernels {

/// f(strip, c) for each strip of the channels, the first of which is c.
template <class V, class F>
void each_strip(std::size_t channels, F f) {
    for (std::size_t c = 0; c < channels; c += kWidestStrip * Lanes<V>::count) {
        const std::size_t n = std::min(channels - c, kWidestStrip * Lanes<V>::count);
        by_vectors<V>(n, [&](auto k) {
            if constexpr (k > 0) f(Strip<k, V>(n), c);
        });
    }
}

/// The sums of the rows f(r), which are N strips each. Long columns are summed by blocks.
template <class S, std::size_t N, class F>
std::array<typename S::Row, N> sum_down(std::size_t rows, F f) {
    std::array<typename S::Row, N> total;
    total.fill(S::filled(0));
    const auto add = [](auto& sums, const auto& parts) {
        for (std::size_t k = 0; k < N; ++k) sums[k] = S::plus(sums[k], parts[k]);
    };
    for (std::size_t r = 0; r < rows;) {
        std::array<typename S::Row, N> block;
        block.fill(S::filled(0));
        for (const std::size_t end = std::min(rows, r + kBlock); r < end; ++r)
            add(block, std::array<typename S::Row, N>{f(r)});
        add(total, block);
    }
    return total;
}

/// See channel_statistics.
template <std::size_t K, class V>
void strip_statistics(const Strip<K, V>& strip, std::size_t rows, std::size_t channels, const Element<V>* x,
                      Element<V>* center, Element<V>* remainder, Element<V>* variance) {
    using op::all;
    using op::select;
    using S = Strip<K, V>;
    using Row = typename S::Row;
    const V n(static_cast<Element<V>>(rows));
    const auto mean = [&](const Row& sum) { return S::each([&](const V& v) { return v / n; }, sum); };
    const auto at = [&](std::size_t r) { return strip.load(x + r * channels); };
    const Row c = mean(sum_down<S, 1>(rows, [&](std::size_t r) { return std::array{at(r)}; })[0]);
    const auto sums = sum_down<S, 2>(rows, [&](std::size_t r) {
        const Row d = S::minus(at(r), c);
        return std::array{d, S::times(d, d)};
    });
    const Row rest = mean(sums[0]);
    Row found = S::minus(mean(sums[1]), S::times(rest, rest));
    bool fine = true;
    for (std::size_t k = 0; k < K; ++k) fine = fine && all(is_certain(found[k], rest[k]));
    if (!fine) [[unlikely]] {
        const Row exact = mean(sum_down<S, 1>(rows, [&](std::size_t r) {
            const Row d = S::minus(S::minus(at(r), c), rest);
            return std::array{S::times(d, d)};
        })[0]);
        found = S::each([&](const V& v, const V& r, const V& e) { return select(is_certain(v, r), v, e); },
                        found, rest, exact);
    }
    strip.store(center, c);
    strip.store(remainder, rest);
    strip.store(variance, found);
}

}  // namespace tapedeck::kernels
