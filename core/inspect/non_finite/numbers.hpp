// Numbers: what a tensor holds, in the words of a report.
#pragma once

#include <cstddef>
#include <string>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck::inspect {

/// A tensor's numbers, counted.
struct Numbers {
    std::size_t size = 0, nan = 0, plus_inf = 0, minus_inf = 0;
    double least = 0, most = 0;  ///< of the finite ones

    std::size_t inf() const { return plus_inf + minus_inf; }
    std::size_t finite() const { return size - nan - inf(); }
    bool all_finite() const { return finite() == size; }
    /// The largest magnitude of the finite ones.
    double magnitude() const { return -least > most ? -least : most; }
    /// "3 of 2048 values are nan and 2 are inf"
    std::string counts() const;
    /// "finite, in -2 … 3", or "not finite: 3 of 8 values are nan, the rest lies in -2 … 3".
    std::string text() const;
};

template <class T>
Numbers numbers(const Tensor<T>& x);
template <class T>
bool all_finite(const Tensor<T>& x);
/// The position of the first number that is not finite; x has one.
template <class T>
std::size_t first_bad(const Tensor<T>& x);

/// x's number that stands at position k of `shape`, to which x broadcasts.
template <class T>
double broadcast_at(const Tensor<T>& x, const Shape& shape, std::size_t k);
/// "-2.5", "inf", "nan": a nan's sign means nothing and is left away.
std::string digits(double number);
/// " at [1, 2]" of position k in `shape`; "" where there is but one.
std::string at(const Shape& shape, std::size_t k);

}  // namespace tapedeck::inspect
