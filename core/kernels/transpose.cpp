#include <tapedeck/core/kernels/transpose.hpp>

#include <cstring>
#include <utility>

namespace tapedeck::kernels {
namespace {

/// A square block with a side of 64 bytes, a register a row where the machine has such.
template <class T>
struct Block {
    static constexpr std::size_t kSide = 64 / sizeof(T);
    typedef T Row __attribute__((vector_size(64)));
    Row row[kSide];

    void load(const T* from, std::size_t stride) {
        for (std::size_t i = 0; i < kSide; ++i) std::memcpy(&row[i], from + i * stride, sizeof(Row));
    }
    void store(T* to, std::size_t stride) const {
        for (std::size_t i = 0; i < kSide; ++i) std::memcpy(to + i * stride, &row[i], sizeof(Row));
    }

    /// Eklundh's method (1972): swaps the off-diagonal quarters of ever smaller blocks, here of side 2 * H.
    template <std::size_t H, std::size_t... Lane>
    void swap_quarters(std::index_sequence<Lane...>) {
        for (std::size_t i = 0; i < kSide; ++i) {
            if (i & H) continue;
            const Row a = row[i], b = row[i + H];
            row[i] = __builtin_shufflevector(a, b, (Lane & H ? kSide + Lane - H : Lane)...);
            row[i + H] = __builtin_shufflevector(a, b, (Lane & H ? kSide + Lane : Lane + H)...);
        }
    }
    template <std::size_t H = kSide / 2>
    void transpose() {
        swap_quarters<H>(std::make_index_sequence<kSide>());
        if constexpr (H > 1) transpose<H / 2>();
    }
};

}  // namespace

template <class T>
void transpose(std::size_t rows, std::size_t columns, const T* from, T* to) {
    constexpr std::size_t kSide = Block<T>::kSide;
    const std::size_t whole_rows = rows / kSide * kSide, whole_columns = columns / kSide * kSide;
    for (std::size_t i = 0; i < whole_rows; i += kSide) {
        for (std::size_t j = 0; j < whole_columns; j += kSide) {
            Block<T> block;
            block.load(from + i * columns + j, columns);
            block.transpose();
            block.store(to + j * rows + i, rows);
        }
    }
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = i < whole_rows ? whole_columns : 0; j < columns; ++j)
            to[j * rows + i] = from[i * columns + j];
    }
}

template void transpose(std::size_t, std::size_t, const float*, float*);
template void transpose(std::size_t, std::size_t, const double*, double*);

}  // namespace tapedeck::kernels
