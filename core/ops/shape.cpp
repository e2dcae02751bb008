#include <tapedeck/core/ops/shape.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/ops/around_axis.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

/// y = x in another shape
template <class T>
struct Reshape final : Op<T> {
    struct Options {
        Shape shape;
    };
    Options options;

    std::string_view name() const override { return "Reshape"; }
    std::string_view rule() const override { return "dx = dy in x's shape"; }
    void forward(Forward<T>& f) override {
        const Tensor<T>& x = f.input(0);
        const bool written = std::all_of(options.shape.begin(), options.shape.end(),
                                         [](std::size_t size) { return as_written(size) >= 0; });
        if (!written) {
            f.fail(
                fmt::format("x is {} with {} elements, the new shape is {}: no size is negative, and -1 is "
                            "not worked out; write each size out.",
                            to_text(x.shape()), x.size(), to_text(options.shape)),
                {"x"});
        }
        if (elements(options.shape) != x.size()) {
            f.fail(fmt::format("x is {} with {} elements, the new shape {} has {}: they must be as many.",
                               to_text(x.shape()), x.size(), to_text(options.shape), elements(options.shape)),
                   {"x"});
        }
        std::copy(x.storage().begin(), x.storage().end(), f.output(options.shape).storage().begin());
    }
    void adjoint(Reverse<T>& r) override {
        if (!r.needs(0)) return;
        const Deposit<T> dx = r.deposit(0);
        put(r.upstream().storage().data(), r.upstream().storage().size(), dx.data, dx.add);
    }
};

/// y = x with two axes swapped
template <class T>
struct TransposeAxes final : Op<T> {
    struct Options {
        int axis0 = -2, axis1 = -1;
    };
    Options options;
    std::size_t low = 0, high = 0;

    std::string_view name() const override { return "Transpose"; }
    std::string_view rule() const override { return "dx = dy with the axes swapped back"; }
    void forward(Forward<T>& f) override {
        const Tensor<T>& x = f.input(0);
        const std::size_t a = checked_axis(f, options.axis0, x.dimension(), "x");
        const std::size_t b = checked_axis(f, options.axis1, x.dimension(), "x");
        low = std::min(a, b);
        high = std::max(a, b);
        Shape shape = x.shape();
        std::swap(shape[low], shape[high]);
        Tensor<T>& y = f.output(shape);
        swapped(x.shape(), x.storage().data(), y.storage().data(), false);
    }
    void adjoint(Reverse<T>& r) override {
        if (!r.needs(0)) return;
        const Deposit<T> dx = r.deposit(0);
        swapped(r.output().shape(), r.upstream().storage().data(), dx.data, dx.add);
    }

  private:
    /// Seen as (outer, a, middle, b, inner): a and b change places.
    void swapped(const Shape& shape, const T* from, T* to, bool add) const {
        if (low == high) return put(from, elements(shape), to, add);
        const Blocks first(shape, low);
        const Blocks second(shape, high);
        const std::size_t a = first.size, b = second.size, inner = second.inner;
        const std::size_t middle = inner * b == 0 ? 0 : first.inner / (b * inner);
        for (std::size_t o = 0; o < first.outer; ++o)
            for (std::size_t i = 0; i < a; ++i)
                for (std::size_t m = 0; m < middle; ++m)
                    for (std::size_t j = 0; j < b; ++j)
                        put(from + (((o * a + i) * middle + m) * b + j) * inner, inner,
                            to + (((o * b + j) * middle + m) * a + i) * inner, add);
    }
};

/// y = x, with no gradient
template <class T>
struct Detach final : Op<T> {
    std::string_view name() const override { return "Detach"; }
    std::string_view rule() const override { return "dx = 0"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return x; }, f.input(0));
    }
    void adjoint(Reverse<T>&) override {}
};

}  // namespace op

template <class T>
Variable<T> reshape(Variable<T> x, const Shape& shape, Where where) {
    return op::record<op::Reshape<T>>(where, {shape}, x);
}
template <class T>
Variable<T> transpose(Variable<T> x, int axis0, int axis1, Where where) {
    return op::record<op::TransposeAxes<T>>(where, {axis0, axis1}, x);
}
template <class T>
Variable<T> detach(Variable<T> x, Where where) {
    const auto paused = op::tape_for<op::Detach<T>>(where, {}, x).pause();
    return op::record<op::Detach<T>>(where, {}, x);
}

#define INSTANTIATE(T)                                              \
    template Variable<T> reshape(Variable<T>, const Shape&, Where); \
    template Variable<T> transpose(Variable<T>, int, int, Where);   \
    template Variable<T> detach(Variable<T>, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
