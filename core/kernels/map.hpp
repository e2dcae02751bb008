// Element-wise loops over flat memory: one generic lambda serves number, SIMD batch and any other T.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>

#include <tapedeck/core/kernels/accuracy.hpp>
#include <tapedeck/core/kernels/simd.hpp>

namespace tapedeck::kernels {

/// One operand of a loop: n numbers in a row, or a single one that stands for all n.
template <class T>
struct Stream {
    const T* data;
    bool single = false;
};

/// Loads vector after vector of a Stream; a single number is spread out once.
template <class V>
class Loader {
  public:
    explicit Loader(const Stream<Element<V>>& stream) : data_(stream.data), step_(stream.single ? 0 : 1) {
        if (!stream.single) return;
        spread_.fill(*stream.data);
        data_ = spread_.data();
    }
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;
    V at(std::size_t i) const { return Lanes<V>::load(data_ + i * step_); }
    /// The last, incomplete vector; the lanes beyond it repeat its first number, which every formula can
    /// bear.
    V tail(std::size_t i, std::size_t count) const {
        return step_ == 0 ? at(0) : load_part<V>(data_ + i, count, data_[i]);
    }

  private:
    const Element<V>* data_;
    std::size_t step_;
    std::array<Element<V>, Lanes<V>::count> spread_;
};

/// out[i] = f(in[i]...) for i < n; with `Add`, out[i] += f(in[i]...). Every element is computed by the same
/// instructions wherever it stands, so that a row alone gives the same bits as the row within a batch.
template <bool Add, class T, class F, std::same_as<Stream<T>>... In>
void map(std::size_t n, T* out, F f, const In&... in) {
    using V = Vector<T>;
    // What was stored a moment ago comes back from a plain load at once, through a mask only after a wait.
    if (n == 1) {
        const V result = f(V(*in.data)...);
        *out = Lanes<V>::first(Add ? V(V(*out) + rounded(result)) : result);
        return;
    }
    [&](const auto&... from) {
        std::size_t i = 0;
        for (; i + Lanes<V>::count <= n; i += Lanes<V>::count) {
            const V result = f(from.at(i)...);
            Lanes<V>::store(out + i, Add ? V(Lanes<V>::load(out + i) + rounded(result)) : result);
        }
        if (i == n) return;
        const V result = f(from.tail(i, n - i)...);
        store_part(out + i, n - i, Add ? V(load_part<V>(out + i, n - i, T(0)) + rounded(result)) : result);
    }(Loader<V>(in)...);
}

/// Calls f(load, store) for each whole vector of d numbers and for the incomplete last one; `load(p, rest)`
/// and `store(p, v)` know where in p the vector stands, and how many lanes count.
template <class V, class F>
[[gnu::always_inline]] inline void each_vector(std::size_t d, F f) {
    using T = Element<V>;
    std::size_t i = 0;
    for (; i + Lanes<V>::count <= d; i += Lanes<V>::count) {
        f([i](const T* p, T) { return Lanes<V>::load(p + i); },
          [i](T* p, const V& v) { Lanes<V>::store(p + i, v); });
    }
    if (i < d) {
        f([i, d](const T* p, T rest) { return load_part<V>(p + i, d - i, rest); },
          [i, d](T* p, const V& v) { store_part(p + i, d - i, v); });
    }
}

/// The sum of f(in[i]...) for i < n, block by block.
template <class T, class F, std::same_as<Stream<T>>... In>
T map_sum(std::size_t n, F f, const In&... in) {
    using V = Vector<T>;
    return [&](const auto&... from) {
        constexpr std::size_t kTerms = kBlock * Lanes<V>::count;
        V total(T(0));
        std::size_t i = 0;
        while (i + Lanes<V>::count <= n) {
            V block(T(0));
            for (const std::size_t end = std::min(n, i + kTerms); i + Lanes<V>::count <= end;
                 i += Lanes<V>::count)
                block += V(f(from.at(i)...));
            total += block;
        }
        if (i < n) total += keep_first(n - i, V(f(from.tail(i, n - i)...)));
        return Lanes<V>::sum(total);
    }(Loader<V>(in)...);
}

}  // namespace tapedeck::kernels
