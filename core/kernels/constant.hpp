// A small number as a constant, so that what it counts can stay in registers.
#pragma once

#include <cstddef>
#include <type_traits>

namespace tapedeck::kernels {

/// The largest number that with_constant knows.
inline constexpr std::size_t kLargestConstant = 4;

/// f(n), n being a constant in 1 … kLargestConstant.
template <class F>
decltype(auto) with_constant(std::size_t n, F f) {
    static_assert(kLargestConstant == 4);
    switch (n) {
        case 1:
            return f(std::integral_constant<std::size_t, 1>());
        case 2:
            return f(std::integral_constant<std::size_t, 2>());
        case 3:
            return f(std::integral_constant<std::size_t, 3>());
        default:
            return f(std::integral_constant<std::size_t, 4>());
    }
}

}  // namespace tapedeck::kernels
