// The one door to xsimd: loops are written once over a vector type V, which is a SIMD batch, or T itself.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <type_traits>

#ifdef TAPEDECK_SIMD
// g++ 12 warns of its own AVX-512 headers, where a register is left undefined on purpose.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#endif

namespace tapedeck::kernels {

// Only the library's own .cpp files define TAPEDECK_SIMD. What depends on it must depend on V, or on a lambda
// of the file itself, so that no two files mean different things by one name.
#ifdef TAPEDECK_SIMD
template <class T>
using Vector = std::conditional_t<std::is_same_v<T, float> || std::is_same_v<T, double>, xsimd::batch<T>, T>;
#else
template <class T>
using Vector = T;
#endif

/// What a loop asks of its vector type: here of a single number.
template <class V>
struct Lanes {
    using Element = V;
    static constexpr std::size_t count = 1;
    static V load(const V* from) { return *from; }
    static void store(V* to, const V& v) { *to = v; }
    static V first(const V& v) { return v; }
    static V sum(const V& v) { return v; }
};

#ifdef TAPEDECK_SIMD
template <class T>
struct Lanes<xsimd::batch<T>> {
    using V = xsimd::batch<T>;
    using Element = T;
    static constexpr std::size_t count = V::size;
    static V load(const T* from) { return V::load_unaligned(from); }
    static void store(T* to, const V& v) { v.store_unaligned(to); }
    static T first(const V& v) { return v.get(0); }
    static T sum(const V& v) {
#if XSIMD_VERSION_MAJOR >= 9
        return xsimd::reduce_add(v);
#else
        return xsimd::hadd(v);  // the same under its older name
#endif
    }
};
#endif

template <class V>
using Element = typename Lanes<V>::Element;

#if defined(TAPEDECK_SIMD) && defined(__AVX512F__)
// Incomplete vectors by a mask: through an array in memory each takes longer than a dozen whole ones.
inline __mmask16 first_lanes(std::size_t n, float) { return static_cast<__mmask16>((1U << n) - 1U); }
inline __mmask8 first_lanes(std::size_t n, double) { return static_cast<__mmask8>((1U << n) - 1U); }
inline __m512 masked_load(__mmask16 mask, const float* from, float rest) {
    return _mm512_mask_loadu_ps(_mm512_set1_ps(rest), mask, from);
}
inline __m512d masked_load(__mmask8 mask, const double* from, double rest) {
    return _mm512_mask_loadu_pd(_mm512_set1_pd(rest), mask, from);
}
inline void masked_store(__mmask16 mask, float* to, __m512 v) { _mm512_mask_storeu_ps(to, mask, v); }
inline void masked_store(__mmask8 mask, double* to, __m512d v) { _mm512_mask_storeu_pd(to, mask, v); }
inline __m512 masked(__mmask16 mask, __m512 v) { return _mm512_maskz_mov_ps(mask, v); }
inline __m512d masked(__mmask8 mask, __m512d v) { return _mm512_maskz_mov_pd(mask, v); }
template <class V>
inline constexpr bool has_masks = Lanes<V>::count * sizeof(Element<V>) == 64;
#else
template <class V>
inline constexpr bool has_masks = false;
#endif

/// The first n elements of a vector; the lanes beyond hold `rest`.
template <class V>
V load_part(const Element<V>* from, std::size_t n, Element<V> rest) {
    if constexpr (has_masks<V>) return V(masked_load(first_lanes(n, rest), from, rest));
    std::array<Element<V>, Lanes<V>::count> part;
    part.fill(rest);
    for (std::size_t k = 0; k < n; ++k) part[k] = from[k];
    return Lanes<V>::load(part.data());
}
template <class V>
void store_part(Element<V>* to, std::size_t n, const V& v) {
    if constexpr (has_masks<V>) return masked_store(first_lanes(n, Element<V>()), to, v);
    std::array<Element<V>, Lanes<V>::count> part;
    Lanes<V>::store(part.data(), v);
    for (std::size_t k = 0; k < n; ++k) to[k] = part[k];
}

/// v as it is, kept from being fused with the sum that it goes into: the compiler would do so in one loop and
/// not in the next, and a number would depend on how many stand beside it.
template <class V>
V rounded(V v) {
    if constexpr (has_masks<V>) asm("" : "+v"(v.data));
    return v;
}

/// v with zeros in the lanes from n on.
template <class V>
V keep_first(std::size_t n, const V& v) {
    if constexpr (has_masks<V>) return V(masked(first_lanes(n, Element<V>()), v));
    std::array<Element<V>, Lanes<V>::count> part{};
    store_part(part.data(), n, v);
    return Lanes<V>::load(part.data());
}

#if defined(TAPEDECK_SIMD) && defined(__AVX512F__)
template <class V>
inline constexpr bool has_estimates = std::is_same_v<V, xsimd::batch<float>>;
inline __m512 estimated_reciprocal(__m512 v) { return _mm512_rcp14_ps(v); }
inline __m512 estimated_inverse_root(__m512 v) { return _mm512_rsqrt14_ps(v); }
#else
template <class V>
inline constexpr bool has_estimates = false;
#endif

// Products and sums rounded once, where the processor can: xsimd 8.1's own fma for AVX-512 rounds twice,
// unless the compiler thinks better of it.
#if defined(TAPEDECK_SIMD) && (defined(__AVX512F__) || defined(__FMA__))
template <class V>
inline constexpr bool has_fused_sums = !std::is_arithmetic_v<V>;
#else
template <class V>
inline constexpr bool has_fused_sums = false;
#endif
#if defined(TAPEDECK_SIMD) && defined(__AVX512F__)
inline __m512 fused(__m512 a, __m512 b, __m512 c) { return _mm512_fmadd_ps(a, b, c); }
inline __m512d fused(__m512d a, __m512d b, __m512d c) { return _mm512_fmadd_pd(a, b, c); }
#endif
/// a * b + c, rounded once; for vectors that has_fused_sums.
template <class V>
V fused_sum(const V& a, const V& b, const V& c) {
    if constexpr (has_masks<V>) {
        return V(fused(a, b, c));
    } else {
        return fma(a, b, c);
    }
}

/// a / b to within an ulp, for b and 1 / b in the range of normal numbers: an estimate of 14 bits and one
/// step of Newton's take a third of a division's time.
template <class V>
V quick_quotient(const V& a, const V& b) {
    if constexpr (has_estimates<V>) {
        const V reciprocal = V(estimated_reciprocal(b));
        const V quotient = a * reciprocal;
        return fused_sum(fused_sum(-quotient, b, a), reciprocal, quotient);
    } else {
        return a / b;
    }
}
/// The square root to within an ulp, for v in the range of normal numbers.
template <class V>
V quick_sqrt(const V& v) {
    using std::sqrt;
    if constexpr (has_estimates<V>) {
        const V inverse = V(estimated_inverse_root(v));
        const V root = v * inverse;
        return fused_sum(fused_sum(-root, root, v), inverse * V(0.5F), root);
    } else {
        return sqrt(v);
    }
}

/// f of each pair of lanes: for a function that has no SIMD form, or none that is right for every number.
template <class V, class F>
V lane_by_lane(F f, const V& a, const V& b) {
    using T = Element<V>;
    std::array<T, Lanes<V>::count> x, y;
    Lanes<V>::store(x.data(), a);
    Lanes<V>::store(y.data(), b);
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = f(x[k], y[k]);
    return Lanes<V>::load(x.data());
}

}  // namespace tapedeck::kernels

namespace tapedeck::op {
// What a formula may call on numbers as well as on SIMD batches (those are found in xsimd by their argument).
using std::abs;
using std::erf;
using std::exp;
using std::log;
using std::log1p;
using std::sqrt;
using std::tanh;

/// Whether a comparison holds, in all lanes.
inline bool all(bool condition) { return condition; }

/// `condition ? yes : no`, also lane by lane.
template <class T>
requires std::is_arithmetic_v<T> T select(bool condition, T yes, T no) { return condition ? yes : no; }
}  // namespace tapedeck::op
