#include <tapedeck/core/ops/parts.hpp>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/ops/around_axis.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

/// y = x[start … stop-1] along an axis
template <class T>
struct Slice final : Op<T> {
    struct Options {
        int axis = 0;
        std::size_t start = 0, stop = 0;
    };
    Options options;
    std::size_t axis = 0;

    std::string_view name() const override { return "Slice"; }
    std::string_view rule() const override { return "dx = dy within the slice, 0 elsewhere"; }
    void forward(Forward<T>& f) override {
        const Tensor<T>& x = f.input(0);
        axis = checked_axis(f, options.axis, x.dimension(), "x");
        if (options.start > options.stop || options.stop > x.shape()[axis]) {
            f.fail(
                fmt::format("x is {}: start … stop is {} … {}, and axis {} has {} elements; both are counted "
                            "from 0, and start <= stop <= {}.",
                            to_text(x.shape()), as_written(options.start), as_written(options.stop), axis,
                            x.shape()[axis], x.shape()[axis]),
                {"x"});
        }
        Shape shape = x.shape();
        shape[axis] = options.stop - options.start;
        T* y = f.output(shape).storage().data();
        const Blocks blocks(x.shape(), axis);
        const std::size_t n = shape[axis] * blocks.inner;
        for (std::size_t o = 0; o < blocks.outer; ++o)
            std::copy_n(x.storage().data() + (o * blocks.size + options.start) * blocks.inner, n, y + o * n);
    }
    void adjoint(Reverse<T>& r) override {
        if (!r.needs(0)) return;
        const Deposit<T> dx = r.deposit(0);
        const Blocks blocks(r.input(0).shape(), axis);
        const std::size_t n = (options.stop - options.start) * blocks.inner;
        if (!dx.add) std::fill_n(dx.data, r.input(0).storage().size(), T(0));
        for (std::size_t o = 0; o < blocks.outer; ++o)
            put(r.upstream().storage().data() + o * n, n,
                dx.data + (o * blocks.size + options.start) * blocks.inner, true);
    }
};

/// y = the inputs, one after the other along an axis; with `stack` along a new one
template <class T>
struct Concat final : Op<T> {
    struct Options {
        int axis;
        bool stack;
    };
    Options options;
    std::size_t outer = 0;

    std::string_view name() const override { return options.stack ? "Stack" : "Concat"; }
    std::string_view rule() const override { return "each input gets its own part of dy"; }
    void forward(Forward<T>& f) override {
        const Shape& first = f.input(0).shape();
        if (first.empty() && !options.stack)
            f.fail("input 0 is (): a scalar has no axis to join along; use stack.", {"input 0"});
        const std::size_t axis =
            checked_axis(f, options.axis, first.size() + (options.stack ? 1 : 0), "input 0");
        Shape shape = first;
        if (options.stack) shape.insert(shape.begin() + axis, 0);
        shape[axis] = 0;
        for (std::size_t i = 0; i < f.inputs(); ++i) {
            Shape part = f.input(i).shape();
            if (options.stack && part == first) part.insert(part.begin() + axis, 1);
            bool fits = part.size() == shape.size();
            for (std::size_t d = 0; fits && d < part.size(); ++d) fits = d == axis || part[d] == shape[d];
            if (!fits) {
                std::string makers = f.maker(0, "input 0") + f.maker(i, fmt::format("input {}", i));
                f.fail(fmt::format("input 0 is {}, input {} is {}: they must be equal{}.{}", to_text(first),
                                   i, to_text(f.input(i).shape()),
                                   options.stack ? "" : fmt::format(" but for axis {}", axis), makers));
            }
            shape[axis] += part[axis];
        }
        T* y = f.output(shape).storage().data();
        outer = 1;
        for (std::size_t d = 0; d < axis; ++d) outer *= shape[d];
        for (std::size_t o = 0; o < outer; ++o) {
            for (std::size_t i = 0; i < f.inputs(); ++i) {
                const std::size_t n = f.input(i).storage().size() / outer;
                y = std::copy_n(f.input(i).storage().data() + o * n, n, y);
            }
        }
    }
    void adjoint(Reverse<T>& r) override {
        const std::size_t row = outer == 0 ? 0 : r.upstream().storage().size() / outer;
        const T* from = r.upstream().storage().data();
        for (std::size_t i = 0; i < r.inputs(); ++i) {
            const std::size_t n = outer == 0 ? 0 : r.input(i).storage().size() / outer;
            if (r.needs(i)) {
                const Deposit<T> dx = r.deposit(i);
                for (std::size_t o = 0; o < outer; ++o) put(from + o * row, n, dx.data + o * n, dx.add);
            }
            from += n;
        }
    }
};

/// y[i] = x[index[i]] along an axis
template <class T>
struct Gather final : Op<T> {
    struct Options {
        int axis = 0;
        const Tensor<std::size_t>* index = nullptr;
    };
    /// Keeps the indices, so that the program can be played again.
    struct Kept {
        int axis = 0;
        Tensor<std::size_t> index;
        Kept& operator=(const Options& given) {
            axis = given.axis;
            index = *given.index;
            return *this;
        }
    };
    Kept options;
    std::size_t axis = 0;

    std::string_view name() const override { return "Gather"; }
    std::string_view rule() const override { return "dx[index[i]] += dy[i]"; }
    void forward(Forward<T>& f) override {
        const Tensor<T>& x = f.input(0);
        const Shape& index = options.index.shape();
        axis = checked_axis(f, options.axis, x.dimension(), "x");
        bool fits = index.size() == x.dimension();
        for (std::size_t d = 0; fits && d < index.size(); ++d) fits = d == axis || index[d] <= x.shape()[d];
        if (!fits) {
            f.fail(fmt::format(
                       "x is {}, index is {}: index must have x's rank, and no size above x's off axis {}.",
                       to_text(x.shape()), to_text(index), axis),
                   {"x"});
        }
        for (const std::size_t i : options.index.storage()) {
            if (i >= x.shape()[axis])
                f.template fail<ValueError>(
                    fmt::format("index {} is out of range: x is {}, so that axis {} has {}.", as_written(i),
                                to_text(x.shape()), axis,
                                x.shape()[axis] == 0 ? "no elements"
                                                     : fmt::format("elements 0 … {}", x.shape()[axis] - 1)),
                    {"x"});
        }
        T* y = f.output(index).storage().data();
        each(x.shape(), [&](std::size_t to, std::size_t from) { y[to] = x.storage()[from]; });
    }
    void adjoint(Reverse<T>& r) override {
        if (!r.needs(0)) return;
        const Deposit<T> dx = r.deposit(0);
        if (!dx.add) std::fill_n(dx.data, r.input(0).storage().size(), T(0));
        const T* dy = r.upstream().storage().data();
        each(r.input(0).shape(), [&](std::size_t to, std::size_t from) { dx.data[from] += dy[to]; });
    }

  private:
    /// f(position in y, position in x) for every element of index.
    template <class F>
    void each(const Shape& x, F f) const {
        const Shape& shape = options.index.shape();
        for (std::size_t i = 0; i < options.index.storage().size(); ++i) {
            std::size_t rest = i, at = 0, stride = 1;
            for (std::size_t d = shape.size(); d-- > 0;) {
                at += (d == axis ? options.index.storage()[i] : rest % shape[d]) * stride;
                rest /= shape[d];
                stride *= x[d];
            }
            f(i, at);
        }
    }
};

}  // namespace op

template <class T>
Variable<T> slice(Variable<T> x, int axis, std::size_t start, std::size_t stop, Where where) {
    return op::record<op::Slice<T>>(where, {axis, start, stop}, x);
}
template <class T>
Variable<T> concat(const std::vector<Variable<T>>& parts, int axis, Where where) {
    if (parts.empty())
        throw ShapeError(
            fmt::format("concat ({}): there is nothing to join; give at least one.", where.text()));
    return op::record<op::Concat<T>>(where, {axis, false}, std::span<const Variable<T>>(parts));
}
template <class T>
Variable<T> stack(const std::vector<Variable<T>>& parts, int axis, Where where) {
    if (parts.empty())
        throw ShapeError(
            fmt::format("stack ({}): there is nothing to join; give at least one.", where.text()));
    return op::record<op::Concat<T>>(where, {axis, true}, std::span<const Variable<T>>(parts));
}
template <class T>
Variable<T> gather(Variable<T> x, int axis, const Tensor<std::size_t>& index, Where where) {
    return op::record<op::Gather<T>>(where, {axis, &index}, x);
}

#define INSTANTIATE(T)                                                             \
    template Variable<T> slice(Variable<T>, int, std::size_t, std::size_t, Where); \
    template Variable<T> concat(const std::vector<Variable<T>>&, int, Where);      \
    template Variable<T> stack(const std::vector<Variable<T>>&, int, Where);       \
    template Variable<T> gather(Variable<T>, int, const Tensor<std::size_t>&, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
