// Products with few rows: they read a large matrix once, and are bound by that. BLAS repacks it first.
#pragma once

#include <cstddef>

namespace tapedeck::kernels {

/// As many rows are dealt with together.
inline constexpr std::size_t kThin = 4;

/// C (m, n) = A (m, k) B (n, k)^T, or C += with `add`; m at most kThin.
template <class T>
void thin_times_transposed(std::size_t m, std::size_t n, std::size_t k, const T* a, const T* b, T* c,
                           bool add);

/// C (m, n) = A (m, k) B (k, n), or C += with `add`; m at most kThin.
template <class T>
void thin_times(std::size_t m, std::size_t n, std::size_t k, const T* a, const T* b, T* c, bool add);

/// C (m, n) = A (k, m)^T B (k, n), or C += with `add`; k at most kThin.
template <class T>
void sum_of_outer_products(std::size_t m, std::size_t n, std::size_t k, const T* a, const T* b, T* c,
                           bool add);

}  // namespace tapedeck::kernels
