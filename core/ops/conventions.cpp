#include <tapedeck/core/ops/conventions.hpp>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck {

Axes axes_but(const Shape& shape, int kept) {
    const int rank = static_cast<int>(shape.size());
    if (rank < 2 || shape.size() > Axes::kMax)
        throw ShapeError(
            fmt::format("axes_but: the shape is {}: it must have 2 … {} axes, one to keep and the rest "
                        "to normalize over.",
                        to_text(shape), Axes::kMax));
    if (kept < -rank || kept >= rank)
        throw ShapeError(fmt::format("axes_but: there is no axis {} in {}; give {} … {}.", kept,
                                     to_text(shape), -rank, rank - 1));
    Axes axes;
    for (int d = 0; d < rank; ++d)
        if (d != kept && d != kept + rank) axes.axis[axes.count++] = d;
    return axes;
}

}  // namespace tapedeck
