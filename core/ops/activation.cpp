#include <tapedeck/core/ops/activation.hpp>

#include <numbers>
#include <optional>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/kernels/tanh.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

/// y = tanh(x)
template <class T>
struct Tanh final : Op<T> {
    std::string_view name() const override { return "Tanh"; }
    std::string_view rule() const override { return "dx = dy * (1 - y^2)"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return kernels::quick_tanh(x); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto y) { return dy * (decltype(y)(1) - y * y); }, r.upstream(), r.output());
    }
};

/// y = 1 / (1 + e^-x)
template <class T>
struct Sigmoid final : Op<T> {
    std::string_view name() const override { return "Sigmoid"; }
    std::string_view rule() const override { return "dx = dy * y * (1 - y)"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return decltype(x)(1) / (decltype(x)(1) + exp(-x)); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto y) { return dy * y * (decltype(y)(1) - y); }, r.upstream(), r.output());
    }
};

/// y = max(x, 0)
template <class T>
struct ReLU final : Op<T> {
    std::string_view name() const override { return "ReLU"; }
    std::string_view rule() const override { return "dx = dy where x > 0"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return select(x < decltype(x)(0), decltype(x)(0), x); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0,  // a NaN hands dy on, as in PyTorch
            [](auto dy, auto y) { return select(y <= decltype(y)(0), decltype(y)(0), dy); }, r.upstream(),
            r.output());
    }
};

/// y = x * Phi(x)
template <class T>
struct GELU final : Op<T> {
    static constexpr T kRootHalf = static_cast<T>(1 / std::numbers::sqrt2);
    static constexpr T kDensity =
        static_cast<T>(std::numbers::inv_sqrtpi / std::numbers::sqrt2);  // 1/sqrt(2 pi)

    std::string_view name() const override { return "GELU"; }
    std::string_view rule() const override { return "dx = dy * (Phi(x) + x * phi(x))"; }
    void forward(Forward<T>& f) override {
        f.each(
            [](auto x) {
                using V = decltype(x);
                return x * V(T(0.5)) * (V(1) + erf(x * V(kRootHalf)));
            },
            f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0,
            [](auto dy, auto x) {
                using V = decltype(x);
                const V cumulative = V(T(0.5)) * (V(1) + erf(x * V(kRootHalf)));
                const V density = V(kDensity) * exp(V(T(-0.5)) * x * x);
                return dy * (cumulative + x * density);
            },
            r.upstream(), r.input(0));
    }
};

/// y = x * mask, where the mask is 0 with probability p and 1/(1-p) otherwise
template <class T>
struct Dropout final : Op<T> {
    struct Options {
        double p = 0.5;
        Random* rng = nullptr;
    };
    Options options;
    Tensor<T> mask;
    bool drawn = false;
    std::optional<Random::State> before;  // of the generator, where this has moved it on

    std::string_view name() const override { return "Dropout"; }
    std::string_view rule() const override { return "dx = dy * mask"; }
    void forward(Forward<T>& f) override {
        before.reset();
        if (!f.frozen()) {
            before = options.rng->state();
            draw(f, *options.rng);
        } else if (!drawn) {  // a frozen recording has no mask to repeat, and must not move the generator on
            Random copy = *options.rng;
            draw(f, copy);
        } else if (mask.shape() != f.input(0).shape()) {
            f.fail(fmt::format("x is {}, the mask to repeat is {}: play() without frozen draws a new one.",
                               to_text(f.input(0).shape()), to_text(mask.shape())),
                   {"x"});
        }
        f.each([](auto x, auto m) { return x * m; }, f.input(0), mask);
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto m) { return dy * m; }, r.upstream(), mask);
    }
    void take_back() override {
        if (before) *options.rng = Random::from_state(*before);
    }

  private:
    void draw(const Forward<T>& f, Random& rng) {
        mask.resize(f.input(0).shape());
        const T kept = options.p < 1 ? static_cast<T>(1 / (1 - options.p)) : T(0);
        for (T& m : mask.storage()) m = rng.bernoulli(options.p) ? T(0) : kept;
        drawn = true;
    }
};

}  // namespace op

template <class T>
Variable<T> tanh(Variable<T> x, Where where) {
    return op::record<op::Tanh<T>>(where, {}, x);
}
template <class T>
Variable<T> sigmoid(Variable<T> x, Where where) {
    return op::record<op::Sigmoid<T>>(where, {}, x);
}
template <class T>
Variable<T> relu(Variable<T> x, Where where) {
    return op::record<op::ReLU<T>>(where, {}, x);
}
template <class T>
Variable<T> gelu(Variable<T> x, Where where) {
    return op::record<op::GELU<T>>(where, {}, x);
}
template <class T>
Variable<T> dropout(Variable<T> x, double p, Random& rng, bool training, Where where) {
    const Tape<T>& tape = op::tape_for<op::Dropout<T>>(where, {}, x);
    if (!(p >= 0 && p <= 1)) {
        throw ValueError(
            fmt::format("{}: p is {}: a probability lies in 0 … 1.", tape.place("dropout", where), p));
    }
    if (!training) return x;
    return op::record<op::Dropout<T>>(where, {p, &rng}, x);
}

#define INSTANTIATE(T)                                \
    template Variable<T> tanh(Variable<T>, Where);    \
    template Variable<T> sigmoid(Variable<T>, Where); \
    template Variable<T> relu(Variable<T>, Where);    \
    template Variable<T> gelu(Variable<T>, Where);    \
    template Variable<T> dropout(Variable<T>, double, Random&, bool, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
