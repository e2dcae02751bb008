// How a deck's file holds tensors.
#pragma once

#include <span>

#include <tapedeck/core/deck/sampling.hpp>
#include <tapedeck/core/inspect/json_number.hpp>

namespace tapedeck::deck {

/// The bytes of these numbers, least significant first, as base64.
template <class T>
std::string base64(std::span<const T> x);

/// What is shown of x, exactly: base64, or a list of shortest decimals where that is shorter and all are
/// finite; its strides where they are not 1; and the statistics of all of x. The page's data.js reads it.
template <class T>
Json<T> encode(const Tensor<T>& x, std::size_t limit);

/// A number for reading, with this many digits.
template <class T>
Json<T> rounded(double x, int digits = 6);

}  // namespace tapedeck::deck
