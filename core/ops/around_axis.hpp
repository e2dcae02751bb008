// A tensor seen around one axis: what the operations that move elements share.
#pragma once

#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>

namespace tapedeck::op {

/// A tensor seen around one axis: `outer` blocks, each of `size` slices of `inner` elements in a row.
struct Blocks {
    std::size_t outer = 1, size = 1, inner = 1;
    Blocks(const Shape& shape, std::size_t axis) : size(shape[axis]) {
        for (std::size_t d = 0; d < axis; ++d) outer *= shape[d];
        for (std::size_t d = axis + 1; d < shape.size(); ++d) inner *= shape[d];
    }
};

/// The axis counted from the front. @throws ShapeError in the operation's words when it is out of range.
template <class T>
std::size_t checked_axis(Forward<T>& f, int axis, std::size_t rank, std::string_view label) {
    try {
        return resolve_axis(axis, rank);
    } catch (const ShapeError& error) {
        f.fail(fmt::format("{} is {}: {}", label, to_text(f.input(0).shape()), error.what()), {label});
    }
}

/// Assigns or adds n elements.
template <class T>
void put(const T* from, std::size_t n, T* to, bool add) {
    for (std::size_t i = 0; i < n; ++i) to[i] = add ? to[i] + from[i] : from[i];
}

}  // namespace tapedeck::op
