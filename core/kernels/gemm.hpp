// Matrix products: BLAS for float and double.
#pragma once

#include <cstddef>

namespace tapedeck::kernels {

enum class Transpose : bool { no, yes };

/// C (m, n) = A (m, k) B (k, n), or C += with `add`; A and B stored transposed where asked. Row-major,
/// without gaps.
template <class T>
void gemm(Transpose transpose_a, Transpose transpose_b, std::size_t m, std::size_t n, std::size_t k,
          const T* a, const T* b, T* c, bool add);

}  // namespace tapedeck::kernels
