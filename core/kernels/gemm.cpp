#include <tapedeck/core/kernels/gemm.hpp>

#include <algorithm>
#include <type_traits>

#include <cblas.h>

#include <tapedeck/core/kernels/thin.hpp>

namespace tapedeck::kernels {

template <class T>
void gemm(Transpose transpose_a, Transpose transpose_b, std::size_t m, std::size_t n, std::size_t k,
          const T* a, const T* b, T* c, bool add) {
    if (m == 0 || n == 0) return;
    if (k == 0) {
        if (!add) std::fill_n(c, m * n, T(0));
        return;
    }
    // Where one matrix is large and the other thin, reading the large one once is all there is to do.
    constexpr std::size_t kLarge = 300'000;
    const bool plain_a = transpose_a == Transpose::no, plain_b = transpose_b == Transpose::no;
    if (plain_a && m <= kThin && n * k >= kLarge)
        return plain_b ? thin_times(m, n, k, a, b, c, add) : thin_times_transposed(m, n, k, a, b, c, add);
    if (!plain_a && plain_b && k <= kThin && m * n >= kLarge)
        return sum_of_outer_products(m, n, k, a, b, c, add);
    const auto call = [&](auto blas) {
        const auto size = [](std::size_t s) { return static_cast<blasint>(s); };
        const bool ta = transpose_a == Transpose::yes;
        const bool tb = transpose_b == Transpose::yes;
        blas(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, size(m), size(n),
             size(k), T(1), a, size(ta ? m : k), b, size(tb ? k : n), add ? T(1) : T(0), c, size(n));
    };
    if constexpr (std::is_same_v<T, float>)
        call(cblas_sgemm);
    else
        call(cblas_dgemm);
}

template void gemm(Transpose, Transpose, std::size_t, std::size_t, std::size_t, const float*, const float*,
                   float*, bool);
template void gemm(Transpose, Transpose, std::size_t, std::size_t, std::size_t, const double*, const double*,
                   double*, bool);

}  // namespace tapedeck::kernels
