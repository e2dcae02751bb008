#include <tapedeck/core/kernels/bias.hpp>

#include <tapedeck/core/kernels/side_by_side.hpp>

namespace tapedeck::kernels {

template <class T>
void add_to_rows(std::size_t rows, std::size_t n, const T* bias, T* y) {
    each_strip<Vector<T>>(n, [&](const auto& strip, std::size_t first) {
        const auto b = strip.load(bias + first);
        for (T* row = y + first; row < y + rows * n; row += n)
            strip.store(row, strip.plus(strip.load(row), b));
    });
}

template <class T>
void sum_rows(std::size_t rows, std::size_t n, const T* dy, T* sum, bool add) {
    each_strip<Vector<T>>(n, [&](const auto& strip, std::size_t first) {
        using S = std::remove_cvref_t<decltype(strip)>;
        auto total = sum_down<S, 1>(
            rows, [&](std::size_t r) { return std::array{strip.load(dy + r * n + first)}; })[0];
        if (add) total = strip.plus(strip.load(sum + first), total);
        strip.store(sum + first, total);
    });
}

#define INSTANTIATE(T)                                                 \
    template void add_to_rows(std::size_t, std::size_t, const T*, T*); \
    template void sum_rows(std::size_t, std::size_t, const T*, T*, bool);
INSTANTIATE(float)
INSTANTIATE(double)

}  // namespace tapedeck::kernels
