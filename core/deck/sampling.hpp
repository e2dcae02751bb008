// Which numbers of a large tensor a deck keeps.
#pragma once

#include <cstddef>
#include <vector>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck::deck {

/// A tensor as a page shows it: the last dimension across, all before it down; and of that grid every
/// row_stride-th row and every column_stride-th column, from the first on.
struct Sampling {
    std::size_t rows = 1, columns = 1;
    std::size_t row_stride = 1, column_stride = 1;

    std::size_t shown_rows() const { return (rows + row_stride - 1) / row_stride; }
    std::size_t shown_columns() const { return (columns + column_stride - 1) / column_stride; }
    std::size_t shown() const { return shown_rows() * shown_columns(); }
    bool whole() const { return row_stride == 1 && column_stride == 1; }
    /// The positions in storage of what is shown, row by row.
    std::vector<std::size_t> positions() const;
};

/// The smallest strides under which at most `limit` elements are shown (at least one is): the grid that is
/// left stays as near to square as it can.
Sampling sample(const Shape& shape, std::size_t limit);

}  // namespace tapedeck::deck
