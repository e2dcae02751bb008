#include <tapedeck/core/ops/softmax.hpp>

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/kernels/reduce.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

/// What both share: the axis, and the largest x and the sum of e^(x - largest) along it.
template <class T>
struct AlongAxis : Op<T> {
    struct Options {
        int axis = -1;
    };
    Options options;
    Shape kept;  // x's shape with the axis at size 1
    Tensor<T> largest, total;

    void prepare(Forward<T>& f) {
        const Tensor<T>& x = f.input(0);
        kept = x.shape();
        try {
            // A scalar is one element in a row, as in PyTorch.
            const std::size_t axis = resolve_axis(options.axis, std::max<std::size_t>(kept.size(), 1));
            if (!kept.empty()) kept[axis] = 1;
        } catch (const ShapeError& error) {
            f.fail(fmt::format("x is {}: {}", to_text(x.shape()), error.what()), {"x"});
        }
        largest.resize(kept);
        total.resize(kept);
        std::fill(largest.storage().begin(), largest.storage().end(), -std::numeric_limits<T>::infinity());
        if (x.storage().empty()) return;
        const kernels::Walk<2> walk(x.shape(), {&x.shape(), &kept});
        walk.each_run([&](const std::array<std::size_t, 2>& offset) {
            for (std::size_t i = 0; i < walk.run(); ++i) {
                T& m = largest.storage()[offset[1] + (walk.still(1) ? 0 : i)];
                m = std::max(m, x.storage()[offset[0] + i]);
            }
        });
        kernels::reduce<T, 2>(x.shape(), total.storage().data(), kept,
                              [](auto v, auto m) { return exp(v - m); },
                              {x.storage().data(), largest.storage().data()}, {&x.shape(), &kept});
    }
};

/// y = e^x / sum of e^x
template <class T>
struct Softmax final : AlongAxis<T> {
    Tensor<T> dot;  // of dy and y

    std::string_view name() const override { return "Softmax"; }
    std::string_view rule() const override { return "dx = y * (dy - sum of dy * y)"; }
    void forward(Forward<T>& f) override {
        this->prepare(f);
        f.each([](auto x, auto m, auto s) { return exp(x - m) / s; }, f.input(0), this->largest, this->total);
    }
    void adjoint(Reverse<T>& r) override {
        if (!r.needs(0)) return;
        const Tensor<T>& y = r.output();
        dot.resize(this->kept);
        kernels::reduce<T, 2>(y.shape(), dot.storage().data(), this->kept,
                              [](auto g, auto v) { return g * v; },
                              {r.upstream().storage().data(), y.storage().data()}, {&y.shape(), &y.shape()});
        r.each(
            0, [](auto dy, auto v, auto d) { return v * (dy - d); }, r.upstream(), y, dot);
    }
};

/// y = x - max - log(sum of e^(x - max))
template <class T>
struct LogSoftmax final : AlongAxis<T> {
    Tensor<T> sum_dy;

    std::string_view name() const override { return "LogSoftmax"; }
    std::string_view rule() const override { return "dx = dy - e^y * sum of dy"; }
    void forward(Forward<T>& f) override {
        this->prepare(f);
        f.each([](auto x, auto m, auto s) { return (x - m) - log(s); }, f.input(0), this->largest,
               this->total);
    }
    void adjoint(Reverse<T>& r) override {
        if (!r.needs(0)) return;
        const Tensor<T>& y = r.output();
        sum_dy.resize(this->kept);
        kernels::reduce<T, 1>(y.shape(), sum_dy.storage().data(), this->kept, [](auto g) { return g; },
                              {r.upstream().storage().data()}, {&y.shape()});
        r.each(
            0, [](auto dy, auto v, auto s) { return dy - exp(v) * s; }, r.upstream(), y, sum_dy);
    }
};

}  // namespace op

template <class T>
Variable<T> softmax(Variable<T> x, int axis, Where where) {
    return op::record<op::Softmax<T>>(where, {axis}, x);
}
template <class T>
Variable<T> log_softmax(Variable<T> x, int axis, Where where) {
    return op::record<op::LogSoftmax<T>>(where, {axis}, x);
}

#define INSTANTIATE(T)                                     \
    template Variable<T> softmax(Variable<T>, int, Where); \
    template Variable<T> log_softmax(Variable<T>, int, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
