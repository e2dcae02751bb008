// Tensor<T>, Shape and Axes: the one door to xtensor, where its versions and C++20 troubles are settled.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <type_traits>

#include <tapedeck/core/small_vector.hpp>

// First the forward declarations and traits, then the cure below, then the rest: see "xtype_for_shape".
#if __has_include(<xtensor/containers/xarray.hpp>)
#include <xtensor/core/xexpression_traits.hpp>
#else
#include <xtensor/xexpression_traits.hpp>
#endif

namespace xt::detail {
// xtensor 0.24 and 0.25 take svector<size_t, 4> for a fixed rank of 4 under g++ -std=c++20, since their own
// cure asks for __cplusplus == 201703L exactly; reducers then throw or read out of bounds. Full
// specialisations, since a partial one is ambiguous.
#if XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR < 26
template <>
struct xtype_for_shape<svector<std::size_t, 4>> {
    template <class T, layout_type L>
    using type = xarray<T, L>;
};
template <>
struct xtype_for_shape<svector<std::ptrdiff_t, 4>> {
    template <class T, layout_type L>
    using type = xarray<T, L>;
};
#endif
}  // namespace xt::detail

namespace tapedeck {
/// The size of each dimension, first to last. Up to four dimensions without an allocation.
using Shape = SmallVector<std::size_t, 4>;
}  // namespace tapedeck

namespace xt {
template <>
struct rebind_container<std::ptrdiff_t, tapedeck::Shape> {
    using type = tapedeck::SmallVector<std::ptrdiff_t, 4>;
};
// And back: views of xtensor 0.25 ask for the shape that goes with their strides.
template <>
struct rebind_container<std::size_t, tapedeck::SmallVector<std::ptrdiff_t, 4>> {
    using type = tapedeck::Shape;
};
}  // namespace xt

#if __has_include(<xtensor/containers/xarray.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/core/xnoalias.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xview.hpp>
#endif

namespace tapedeck {

/// A dense, row-major array of dynamic rank: an xtensor container, so that all of xtensor works on it, and
/// any xtensor expression converts to it. Mind three of xtensor's habits: `Tensor<float> a({2, 3})` is two
/// values, not a shape (write `Tensor<float>::from_shape({2, 3})`), a column `{{0}, {1}}` is
/// ambiguous (fill a tensor of that shape, or reshape on the tape), and an element out of bounds is only
/// noticed in debug builds.
template <class T>
using Tensor = xt::xarray_container<SmallVector<T, 4, 64>, xt::layout_type::row_major, Shape,
                                    xt::xtensor_expression_tag>;

/// Which axes a reduction runs over: one int or a braced list, negative ones counted from the end; empty
/// means all.
struct Axes {
    /// How many there can be.
    static constexpr std::size_t kMax = 8;
    std::array<int, kMax> axis{};  ///< the first `count` of these
    std::size_t count = 0;         ///< 0: all axes

    constexpr Axes() = default;
    /// One axis.
    constexpr Axes(int single) : axis{single}, count(1) {}  // NOLINT: an int is an Axes, that is the point
    /// Several. @throws ShapeError when there are more than kMax.
    Axes(std::initializer_list<int> list);
    /// Sorted, counted from the front; all axes when empty. Of a scalar 0 and -1 are none at all, as in
    /// PyTorch.
    /// @throws ShapeError when one is out of range for `rank` or stands twice.
    Axes resolved(std::size_t rank) const;
    /// Whether axis a, counted from the front, is among those resolved.
    bool contains(std::size_t a) const;
};

/// A size or an index for printing: what was a negative int before it became unsigned is negative again.
constexpr std::ptrdiff_t as_written(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }
/// Whether a module can have this size: at least 1, and no negative int in disguise.
constexpr bool is_size(std::size_t n) { return as_written(n) > 0; }
/// "(32, 10)"; a scalar is "()".
std::string to_text(const Shape& shape);
/// How many elements a tensor of this shape has.
inline std::size_t elements(const Shape& shape) {
    std::size_t n = 1;
    for (const std::size_t size : shape) n *= size;
    return n;
}
/// A row-major index as one number for each axis, as numpy.unravel_index.
Shape unravel_index(std::size_t index, const Shape& shape);
/// `axis`, which may count from the end, as an index from the front. What has rank 0 has no axis.
/// @throws ShapeError when it is out of range.
std::size_t resolve_axis(int axis, std::size_t rank);
/// The shape that two operands broadcast to by NumPy's rule: aligned at the end, ones stretched.
/// @returns false when they don't fit.
bool broadcast(const Shape& a, const Shape& b, Shape& result);

/// A tensor of this shape with every element `value`.
template <class T>
Tensor<T> full(const Shape& shape, T value) {
    Tensor<T> tensor = Tensor<T>::from_shape(shape);
    std::fill(tensor.begin(), tensor.end(), value);
    return tensor;
}
/// A tensor of this shape, all 0.
template <class T>
Tensor<T> zeros(const Shape& shape) {
    return full(shape, T(0));
}
/// A tensor of this shape, all 1.
template <class T>
Tensor<T> ones(const Shape& shape) {
    return full(shape, T(1));
}

/// The tensor, with this shape. Where it has it already, xtensor's own resize() would take longer to find
/// out.
template <class T>
Tensor<T>& resized(Tensor<T>& tensor, const Shape& shape) {
    if (tensor.shape() != shape) tensor.resize(shape);
    return tensor;
}

/// Any xtensor expression that is no Tensor<T> itself.
template <class E>
concept TensorExpression = xt::is_xexpression<std::decay_t<E>>::value;

}  // namespace tapedeck
