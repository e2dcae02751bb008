#include <tapedeck/core/deck/sampling.hpp>

#include <algorithm>

namespace tapedeck::deck {

std::vector<std::size_t> Sampling::positions() const {
    std::vector<std::size_t> all;
    if (rows * columns == 0) return all;
    all.reserve(shown());
    for (std::size_t row = 0; row < rows; row += row_stride) {
        for (std::size_t column = 0; column < columns; column += column_stride)
            all.push_back(row * columns + column);
    }
    return all;
}

Sampling sample(const Shape& shape, std::size_t limit) {
    Sampling sampling;
    if (!shape.empty()) sampling.columns = shape[shape.size() - 1];
    for (std::size_t i = 0; i + 1 < shape.size(); ++i) sampling.rows *= shape[i];
    limit = std::max<std::size_t>(limit, 1);
    while (sampling.shown() > limit) {
        // The next stride that shows less: many of them would only move the last element shown.
        std::size_t& stride =
            sampling.shown_columns() > sampling.shown_rows() ? sampling.column_stride : sampling.row_stride;
        const std::size_t size = &stride == &sampling.row_stride ? sampling.rows : sampling.columns;
        const std::size_t shown = (size + stride - 1) / stride;
        stride = (size + shown - 2) / (shown - 1);
    }
    return sampling;
}

}  // namespace tapedeck::deck
