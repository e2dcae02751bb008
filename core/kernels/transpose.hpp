// A matrix, transposed.
#pragma once

#include <cstddef>

namespace tapedeck::kernels {

/// to (columns, rows) = from (rows, columns), transposed. They must not overlap.
template <class T>
void transpose(std::size_t rows, std::size_t columns, const T* from, T* to);

}  // namespace tapedeck::kernels
