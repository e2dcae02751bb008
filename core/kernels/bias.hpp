// A bias, added to every row, and its gradient, the sum over the rows.
#pragma once

#include <cstddef>

namespace tapedeck::kernels {

/// y += bias, row by row of n numbers.
template <class T>
void add_to_rows(std::size_t rows, std::size_t n, const T* bias, T* y);

/// The sum of dy's rows of n numbers, assigned or, with `add`, added.
template <class T>
void sum_rows(std::size_t rows, std::size_t n, const T* dy, T* sum, bool add);

}  // namespace tapedeck::kernels
