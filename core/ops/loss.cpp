#include <tapedeck/core/ops/loss.hpp>

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {
namespace {

/// x and target as flat streams of x's size. A single target stands for all.
template <class T>
std::array<kernels::Stream<T>, 2> matched(const Tensor<T>& x, const Tensor<T>& target) {
    return {kernels::Stream<T>{x.storage().data()},
            kernels::Stream<T>{target.storage().data(), target.storage().size() != x.storage().size()}};
}

template <class T>
void check_target(Forward<T>& f) {
    const Shape& x = f.input(0).shape();
    const Shape& target = f.input(1).shape();
    if (x != target && !target.empty()) {
        f.fail(fmt::format("x is {}, target is {}: they must have the same shape; use reshape.", to_text(x),
                           to_text(target)),
               {"x", "target"});
    }
    if (elements(x) == 0)
        f.fail(fmt::format("x is {}: the mean over nothing has no value; give at least one element.",
                           to_text(x)),
               {"x"});
}

}  // namespace

/// y = mean of (x - t)^2
template <class T>
struct MSELoss final : Op<T> {
    std::string_view name() const override { return "MSELoss"; }
    std::string_view rule() const override { return "dx = dy * 2 * (x - t) / n, dt = -dx"; }
    void forward(Forward<T>& f) override {
        check_target(f);
        const auto [x, t] = matched(f.input(0), f.input(1));
        const std::size_t n = f.input(0).storage().size();
        const T total = kernels::map_sum<T>(
            n, [](auto a, auto b) { return (a - b) * (a - b); }, x, t);
        f.output({}).storage()[0] = total / static_cast<T>(n);
    }
    void adjoint(Reverse<T>& r) override {
        const T scale = r.upstream().storage()[0] * T(2) / static_cast<T>(r.input(0).storage().size());
        r.each_of(
            r.input(0).shape(), 0, [scale](auto x, auto t) { return decltype(x)(scale) * (x - t); },
            r.input(0), r.input(1));
        r.each_of(
            r.input(0).shape(), 1, [scale](auto x, auto t) { return decltype(x)(scale) * (t - x); },
            r.input(0), r.input(1));
    }
};

/// y = mean of max(x, 0) - x t + log(1 + e^-|x|), where the first two are taken together: x (1 - t) above 0,
/// -x t below, so that an infinite x on the wrong side of its target is an infinite loss, not inf - inf
template <class T>
struct BinaryCrossEntropyWithLogits final : Op<T> {
    std::string_view name() const override { return "BinaryCrossEntropyWithLogits"; }
    std::string_view rule() const override { return "dx = dy * (sigmoid(x) - t) / n, dt = -dy * x / n"; }
    void forward(Forward<T>& f) override {
        check_target(f);
        const auto [x, t] = matched(f.input(0), f.input(1));
        const std::size_t n = f.input(0).storage().size();
        const T total = kernels::map_sum<T>(
            n,
            [](auto a, auto b) {
                using V = decltype(a);
                return select(a > V(0), a * (V(1) - b), -a * b) + log1p(exp(-abs(a)));
            },
            x, t);
        f.output({}).storage()[0] = total / static_cast<T>(n);
    }
    void adjoint(Reverse<T>& r) override {
        const T scale = r.upstream().storage()[0] / static_cast<T>(r.input(0).storage().size());
        r.each_of(
            r.input(0).shape(), 0,
            [scale](auto x, auto t) {
                using V = decltype(x);
                return V(scale) * (V(1) / (V(1) + exp(-x)) - t);
            },
            r.input(0), r.input(1));
        r.each_of(
            r.input(0).shape(), 1, [scale](auto x) { return -decltype(x)(scale) * x; }, r.input(0));
    }
};

/// A row's softmax, and what its sum is made of: 1 for the largest number and the rest for all others, apart,
/// so that log1p keeps the digits of a loss that is nearly 0.
template <class T>
struct Exponentials {
    T largest, of_largest, rest;
    T total() const { return of_largest + rest; }

    Exponentials(std::size_t n, const T* row, T* softmax) : largest(row[0]) {
        using V = kernels::Vector<T>;
        for (std::size_t k = 1; k < n; ++k) largest = row[k] > largest ? row[k] : largest;
        of_largest = T(1) + (largest - largest);  // nan when it is infinite
        V others(T(0)), equals(T(0));
        kernels::each_vector<V>(n, [&](auto load, auto store) {
            const V v = load(row, -std::numeric_limits<T>::infinity());
            const V e = exp(v - V(largest));
            others = others + select(v == V(largest), V(T(0)), e);
            equals = equals + select(v == V(largest), V(T(1)), V(T(0)));
            store(softmax, e);
        });
        using Lanes = kernels::Lanes<V>;
        rest = Lanes::sum(others) + (Lanes::sum(equals) - T(1)) * of_largest;
        kernels::each_vector<V>(n, [&, share = V(T(1) / total())](auto load, auto store) {
            store(softmax, load(softmax, T(0)) * share);
        });
    }
};

/// y = mean over rows of log(sum of e^x) - x[target]
template <class T>
struct CrossEntropy final : Op<T> {
    struct Options {
        std::span<const std::size_t> targets;
    };
    /// Keeps the targets, so that the program can be played again.
    struct Kept {
        std::vector<std::size_t> targets;
        Kept& operator=(const Options& given) {
            targets.assign(given.targets.begin(), given.targets.end());
            return *this;
        }
    };
    Kept options;
    Tensor<T> softmax_minus_onehot;

    std::string_view name() const override { return "CrossEntropy"; }
    std::string_view rule() const override { return "dx = dy * (softmax(x) - onehot(target)) / rows"; }
    void forward(Forward<T>& f) override {
        const Tensor<T>& x = f.input(0);
        const auto& targets = options.targets;
        if (x.dimension() != 2 || x.shape()[0] != targets.size() || x.storage().empty()) {
            f.fail(
                fmt::format("logits are {}, with {} target{}: expected (N, C) with one target a row, N and "
                            "C at least 1.",
                            to_text(x.shape()), targets.size(), targets.size() == 1 ? "" : "s"),
                {"logits"});
        }
        const std::size_t rows = x.shape()[0];
        const std::size_t classes = x.shape()[1];
        for (std::size_t i = 0; i < rows; ++i) {
            if (targets[i] >= classes) {
                f.template fail<ValueError>(
                    fmt::format(
                        "target {} of row {} is out of range: logits are {}, so that the classes are 0 … {}.",
                        as_written(targets[i]), i, to_text(x.shape()), classes - 1),
                    {"logits"});
            }
        }
        softmax_minus_onehot.resize(x.shape());
        T loss = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            const T* row = x.storage().data() + i * classes;
            T* p = softmax_minus_onehot.storage().data() + i * classes;
            const Exponentials<T> e(classes, row, p);
            // Nor is 1 - p taken where p is nearly 1.
            T& target = p[targets[i]];
            const bool on_top = row[targets[i]] == e.largest && e.of_largest == 1;
            target = on_top ? -e.rest / e.total() : target - 1;
            loss += log1p(e.rest + (e.of_largest - T(1))) - (row[targets[i]] - e.largest);
        }
        f.output({}).storage()[0] = loss / static_cast<T>(rows);
    }
    void adjoint(Reverse<T>& r) override {
        if (!r.needs(0)) return;
        const T scale = r.upstream().storage()[0] / static_cast<T>(softmax_minus_onehot.shape()[0]);
        r.each_of(
            r.input(0).shape(), 0, [scale](auto p) { return decltype(p)(scale) * p; }, softmax_minus_onehot);
    }
};

}  // namespace op

template <class T>
Variable<T> mse_loss(Variable<T> x, Located<std::type_identity_t<T>> target, Where where) {
    Tape<T>& tape = op::tape_for<op::MSELoss<T>>(where, {}, x, target.variable());
    const Attempt<T> attempt(tape);
    return tape.template record<op::MSELoss<T>>(where, {}, x, target.on(tape));
}
template <class T>
Variable<T> cross_entropy(Variable<T> logits, const std::vector<std::size_t>& targets, Where where) {
    return op::record<op::CrossEntropy<T>>(where, {targets}, logits);
}
template <class T>
Variable<T> binary_cross_entropy_with_logits(Variable<T> x, Located<std::type_identity_t<T>> target,
                                             Where where) {
    using O = op::BinaryCrossEntropyWithLogits<T>;
    Tape<T>& tape = op::tape_for<O>(where, {}, x, target.variable());
    const Attempt<T> attempt(tape);
    return tape.template record<O>(where, {}, x, target.on(tape));
}

#define INSTANTIATE(T)                                                                       \
    template Variable<T> mse_loss(Variable<T>, Located<T>, Where);                           \
    template Variable<T> cross_entropy(Variable<T>, const std::vector<std::size_t>&, Where); \
    template Variable<T> binary_cross_entropy_with_logits(Variable<T>, Located<T>, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
