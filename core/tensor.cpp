#include <tapedeck/core/tensor.hpp>

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck {

Axes::Axes(std::initializer_list<int> list) : count(list.size()) {
    if (list.size() > kMax)
        throw ShapeError(
            fmt::format("Axes: {} axes are given: at most {} are supported.", list.size(), kMax));
    std::copy(list.begin(), list.end(), axis.begin());
}

Axes Axes::resolved(std::size_t rank) const {
    Axes result;
    if (count == 0) {
        if (rank > kMax)
            throw ShapeError(fmt::format("a tensor of rank {}: at most {} axes are supported.", rank, kMax));
        result.count = rank;
        for (std::size_t i = 0; i < rank; ++i) result.axis[i] = static_cast<int>(i);
        return result;
    }
    if (rank == 0) {
        for (std::size_t i = 0; i < count; ++i) resolve_axis(axis[i], 1);
        return result;
    }
    result.count = count;
    // Each into its place: for so few, where g++ 14 warns of what std::sort would do with more.
    for (std::size_t i = 0; i < count; ++i) {
        const int next = static_cast<int>(resolve_axis(axis[i], rank));
        std::size_t place = i;
        for (; place > 0 && result.axis[place - 1] > next; --place)
            result.axis[place] = result.axis[place - 1];
        result.axis[place] = next;
    }
    for (std::size_t i = 1; i < count; ++i) {
        if (result.axis[i] == result.axis[i - 1])
            throw ShapeError(fmt::format("axis {} is named twice: name each axis once.", result.axis[i]));
    }
    return result;
}

bool Axes::contains(std::size_t a) const {
    return std::find(axis.begin(), axis.begin() + static_cast<std::ptrdiff_t>(count), static_cast<int>(a)) !=
           axis.begin() + static_cast<std::ptrdiff_t>(count);
}

std::string to_text(const Shape& shape) {
    SmallVector<std::ptrdiff_t, 4> sizes;
    for (const std::size_t size : shape) sizes.push_back(as_written(size));
    return fmt::format("({})", fmt::join(sizes.begin(), sizes.end(), ", "));
}

Shape unravel_index(std::size_t index, const Shape& shape) {
    Shape at = shape;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        at[axis] = index % shape[axis];
        index /= shape[axis];
    }
    return at;
}

std::size_t resolve_axis(int axis, std::size_t rank) {
    const int r = static_cast<int>(rank);
    if (axis >= r || axis < -r)
        throw ShapeError(r == 0 ? fmt::format("axis {} is out of range: a scalar has no axis.", axis)
                                : fmt::format("axis {} is out of range: axes are {} … {}.", axis, -r, r - 1));
    return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

bool broadcast(const Shape& a, const Shape& b, Shape& result) {
    const Shape& longer = a.size() >= b.size() ? a : b;
    const Shape& shorter = a.size() >= b.size() ? b : a;
    const std::size_t offset = longer.size() - shorter.size();
    Shape out = longer;
    for (std::size_t i = 0; i < shorter.size(); ++i) {
        std::size_t& size = out[offset + i];
        if (size == shorter[i] || shorter[i] == 1) continue;
        if (size != 1) return false;
        size = shorter[i];
    }
    result = std::move(out);
    return true;
}

}  // namespace tapedeck
