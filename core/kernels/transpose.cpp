#include <tapedeck/core/kernels/transpose.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include <tapedeck/core/kernels/simd.hpp>

namespace tapedeck::kernels {
namespace {

/// A square block of as many rows as a row has lanes. At the matrix's edges a part of it is used.
template <class V>
struct Block {
    using T = Element<V>;
    static constexpr std::size_t kSide = Lanes<V>::count;
    std::array<V, kSide> row;

    void load(std::size_t rows, std::size_t columns, const T* from, std::size_t stride) {
        for (std::size_t i = 0; i < kSide; ++i) {
            if (i >= rows)
                row[i] = V(T(0));
            else
                row[i] = columns == kSide ? Lanes<V>::load(from + i * stride)
                                          : load_part<V>(from + i * stride, columns, T(0));
        }
    }
    void store(std::size_t rows, std::size_t columns, T* to, std::size_t stride) const {
        for (std::size_t i = 0; i < std::min(rows, kSide); ++i) {
            if (columns == kSide)
                Lanes<V>::store(to + i * stride, row[i]);
            else
                store_part(to + i * stride, columns, row[i]);
        }
    }

#ifdef TAPEDECK_SIMD
    /// Eklundh's method (1972): swaps the off-diagonal quarters of ever smaller blocks, here of side 2 * H.
    template <std::size_t H, std::size_t... Lane>
    void swap_quarters(std::index_sequence<Lane...>) {
        using Register = typename V::register_type;
        for (std::size_t i = 0; i < kSide; ++i) {
            if (i & H) continue;
            const Register a = row[i], b = row[i + H];
            row[i] = V(Register(__builtin_shufflevector(a, b, (Lane & H ? kSide + Lane - H : Lane)...)));
            row[i + H] = V(Register(__builtin_shufflevector(a, b, (Lane & H ? kSide + Lane : Lane + H)...)));
        }
    }
#endif
    template <std::size_t H = kSide / 2>
    void transpose() {
        if constexpr (H > 0) {
            swap_quarters<H>(std::make_index_sequence<kSide>());
            transpose<H / 2>();
        }
    }
};

}  // namespace

template <class T>
void transpose(std::size_t rows, std::size_t columns, const T* from, T* to) {
    constexpr std::size_t kSide = Block<Vector<T>>::kSide;
    for (std::size_t i = 0; i < rows; i += kSide) {
        for (std::size_t j = 0; j < columns; j += kSide) {
            const std::size_t height = std::min(rows - i, kSide), width = std::min(columns - j, kSide);
            Block<Vector<T>> block;
            block.load(height, width, from + i * columns + j, columns);
            block.transpose();
            block.store(width, height, to + j * rows + i, rows);
        }
    }
}

template void transpose(std::size_t, std::size_t, const float*, float*);
template void transpose(std::size_t, std::size_t, const double*, double*);

}  // namespace tapedeck::kernels
