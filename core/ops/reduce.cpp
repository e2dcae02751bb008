#include <tapedeck/core/ops/reduce.hpp>

#include <limits>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/kernels/reduce.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

struct ReduceOptions {
    Axes axes;
    bool keep_dims = false;
    int correction = 0;
};

/// What all reductions share: which axes go, and the output's shape with them kept (`kept`) at size 1.
template <class T>
struct Reduction : Op<T> {
    using Options = ReduceOptions;
    Options options;
    Shape kept;
    std::size_t count = 0;  // how many elements go into one

    Tensor<T>& prepare(Forward<T>& f) {
        const Shape& shape = f.input(0).shape();
        Axes axes;
        try {
            axes = options.axes.resolved(shape.size());
        } catch (const ShapeError& error) {
            f.fail(fmt::format("x is {}: {}", to_text(shape), error.what()), {"x"});
        }
        kept = shape;
        Shape out;
        count = 1;
        for (std::size_t d = 0; d < shape.size(); ++d) {
            const bool goes = axes.contains(d);
            if (goes) {
                kept[d] = 1;
                count *= shape[d];
            }
            if (!goes || options.keep_dims) out.push_back(kept[d]);
        }
        return f.output(out);
    }
    /// y = sum of f(x, and what else broadcasts like y)
    template <class F, class... Kept>
    void reduce(const Tensor<T>& x, Tensor<T>& y, F f, const Kept&... others) const {
        kernels::reduce<T, 1 + sizeof...(Kept)>(x.shape(), y.storage().data(), kept, f,
                                                {x.storage().data(), others.storage().data()...},
                                                {&x.shape(), shape_like_y(others)...});
    }
    /// dx = f(x, dy, and what else broadcasts like y)
    template <class F, class... Kept>
    void spread(Reverse<T>& r, F f, const Kept&... others) const {
        if (!r.needs(0)) return;
        const Tensor<T>& x = r.input(0);
        const Deposit<T> dx = r.deposit(0);
        kernels::spread<T, 1 + sizeof...(Kept)>(x.shape(), dx.data, dx.add, f,
                                                {x.storage().data(), others.storage().data()...},
                                                {&x.shape(), shape_like_y(others)...});
    }

  private:
    const Shape* shape_like_y(const Tensor<T>&) const { return &kept; }
};

/// y = sum of x
template <class T>
struct Sum final : Reduction<T> {
    std::string_view name() const override { return "Sum"; }
    std::string_view rule() const override { return "dx = dy"; }
    void forward(Forward<T>& f) override {
        Tensor<T>& y = this->prepare(f);
        this->reduce(f.input(0), y, [](auto x) { return x; });
    }
    void adjoint(Reverse<T>& r) override {
        this->spread(
            r, [](auto, auto dy) { return dy; }, r.upstream());
    }
};

/// y = sum of x / n
template <class T>
struct Mean final : Reduction<T> {
    std::string_view name() const override { return "Mean"; }
    std::string_view rule() const override { return "dx = dy / n"; }
    void forward(Forward<T>& f) override {
        Tensor<T>& y = this->prepare(f);
        this->reduce(f.input(0), y, [](auto x) { return x; });
        for (T& v : y.storage()) v /= static_cast<T>(this->count);
    }
    void adjoint(Reverse<T>& r) override {
        const T n = static_cast<T>(this->count);
        this->spread(
            r, [n](auto, auto dy) { return dy / decltype(dy)(n); }, r.upstream());
    }
};

/// y = sum of (x - mean)^2 / (n - correction)
template <class T>
struct Var final : Reduction<T> {
    Tensor<T> center, remainder;  ///< the mean in two parts: x - center is exact for numbers close to it

    std::string_view name() const override { return "Var"; }
    std::string_view rule() const override { return "dx = dy * 2 * (x - mean) / (n - correction)"; }
    void forward(Forward<T>& f) override {
        Tensor<T>& y = this->prepare(f);
        const Tensor<T>& x = f.input(0);
        if (this->options.correction < 0) {
            f.template fail<ValueError>(
                fmt::format("correction is {}: it must not be negative.", this->options.correction), {"x"});
        }
        if (this->count <= static_cast<std::size_t>(this->options.correction)) {
            f.fail(fmt::format("x is {}: the variance of {} value{} with correction {} would divide by {}; "
                               "give more values{}.",
                               to_text(x.shape()), this->count, this->count == 1 ? "" : "s",
                               this->options.correction,
                               static_cast<long>(this->count) - this->options.correction,
                               this->options.correction > 0 && this->count > 0 ? ", or correction 0" : ""),
                   {"x"});
        }
        const T n = static_cast<T>(this->count);
        const auto mean_of = [&](Tensor<T>& m, auto f_of_x, const auto&... others) {
            m.resize(y.shape());
            this->reduce(x, m, f_of_x, others...);
            for (T& v : m.storage()) v /= n;
        };
        mean_of(center, [](auto v) { return v; });
        mean_of(
            remainder, [](auto v, auto c) { return v - c; }, center);
        const auto square = [](auto v, auto c, auto rest) {
            const auto d = (v - c) - rest;
            return d * d;
        };
        this->reduce(x, y, square, center, remainder);
        for (T& v : y.storage()) v /= divisor();
    }
    void adjoint(Reverse<T>& r) override {
        const T factor = T(2) / divisor();
        this->spread(
            r,
            [factor](auto x, auto dy, auto c, auto rest) {
                return dy * decltype(x)(factor) * ((x - c) - rest);
            },
            r.upstream(), center, remainder);
    }

  private:
    T divisor() const { return static_cast<T>(static_cast<long>(this->count) - this->options.correction); }
};

/// y = the largest x
template <class T>
struct Max final : Reduction<T> {
    Tensor<T> ties;  // how many x are equal to it

    std::string_view name() const override { return "Max"; }
    std::string_view rule() const override { return "dx = dy / ties where x = y"; }
    void forward(Forward<T>& f) override {
        Tensor<T>& y = this->prepare(f);
        const Tensor<T>& x = f.input(0);
        if (x.storage().empty())
            f.fail(fmt::format("x is {}: an empty tensor has no largest element; give at least one.",
                               to_text(x.shape())),
                   {"x"});
        std::fill(y.storage().begin(), y.storage().end(), -std::numeric_limits<T>::infinity());
        const kernels::Walk<2> walk(x.shape(), {&x.shape(), &this->kept});
        walk.each_run([&](const std::array<std::size_t, 2>& offset) {
            for (std::size_t i = 0; i < walk.run(); ++i) {
                T& largest = y.storage()[offset[1] + (walk.still(1) ? 0 : i)];
                const T candidate = x.storage()[offset[0] + i];
                if (candidate > largest || candidate != candidate) largest = candidate;  // a NaN stays
            }
        });
        ties.resize(y.shape());
        this->reduce(
            x, ties,
            [](auto v, auto largest) { return select(v == largest, decltype(v)(1), decltype(v)(0)); }, y);
    }
    void adjoint(Reverse<T>& r) override {
        this->spread(
            r,  // where y is a NaN, so is the gradient, as in PyTorch
            [](auto x, auto dy, auto y, auto n) {
                return select(y == y, select(x == y, dy / n, decltype(dy)(0)), y);
            },
            r.upstream(), r.output(), ties);
    }
};

}  // namespace op

template <class T>
Variable<T> sum(Variable<T> x, Axes axes, bool keep_dims, Where where) {
    return op::record<op::Sum<T>>(where, {axes, keep_dims, 0}, x);
}
template <class T>
Variable<T> mean(Variable<T> x, Axes axes, bool keep_dims, Where where) {
    return op::record<op::Mean<T>>(where, {axes, keep_dims, 0}, x);
}
template <class T>
Variable<T> var(Variable<T> x, Axes axes, bool keep_dims, int correction, Where where) {
    return op::record<op::Var<T>>(where, {axes, keep_dims, correction}, x);
}
template <class T>
Variable<T> max(Variable<T> x, Axes axes, bool keep_dims, Where where) {
    return op::record<op::Max<T>>(where, {axes, keep_dims, 0}, x);
}

#define INSTANTIATE(T)                                             \
    template Variable<T> sum(Variable<T>, Axes, bool, Where);      \
    template Variable<T> mean(Variable<T>, Axes, bool, Where);     \
    template Variable<T> var(Variable<T>, Axes, bool, int, Where); \
    template Variable<T> max(Variable<T>, Axes, bool, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
