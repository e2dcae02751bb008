#include <tapedeck/core/ops/elementwise.hpp>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

/// y = e^x
template <class T>
struct Exp final : Op<T> {
    std::string_view name() const override { return "Exp"; }
    std::string_view rule() const override { return "dx = dy * y"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return exp(x); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto y) { return dy * y; }, r.upstream(), r.output());
    }
};

/// y = ln x
template <class T>
struct Log final : Op<T> {
    std::string_view name() const override { return "Log"; }
    std::string_view rule() const override { return "dx = dy / x"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return log(x); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto x) { return dy / x; }, r.upstream(), r.input(0));
    }
};

/// y = sqrt(x)
template <class T>
struct Sqrt final : Op<T> {
    std::string_view name() const override { return "Sqrt"; }
    std::string_view rule() const override { return "dx = dy / (2 * y)"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return sqrt(x); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto y) { return dy / (y + y); }, r.upstream(), r.output());
    }
};

/// y = x^2
template <class T>
struct Square final : Op<T> {
    std::string_view name() const override { return "Square"; }
    std::string_view rule() const override { return "dx = dy * 2 * x"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return x * x; }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto x) { return dy * (x + x); }, r.upstream(), r.input(0));
    }
};

/// y = |x|
template <class T>
struct Abs final : Op<T> {
    std::string_view name() const override { return "Abs"; }
    std::string_view rule() const override { return "dx = dy * sign(x)"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return abs(x); }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0,
            [](auto dy, auto x) {
                using V = decltype(x);
                return select(x > V(0), dy, select(x < V(0), -dy, V(0)));
            },
            r.upstream(), r.input(0));
    }
};

}  // namespace op

template <class T>
Variable<T> exp(Variable<T> x, Where where) {
    return op::record<op::Exp<T>>(where, {}, x);
}
template <class T>
Variable<T> log(Variable<T> x, Where where) {
    return op::record<op::Log<T>>(where, {}, x);
}
template <class T>
Variable<T> sqrt(Variable<T> x, Where where) {
    return op::record<op::Sqrt<T>>(where, {}, x);
}
template <class T>
Variable<T> square(Variable<T> x, Where where) {
    return op::record<op::Square<T>>(where, {}, x);
}
template <class T>
Variable<T> abs(Variable<T> x, Where where) {
    return op::record<op::Abs<T>>(where, {}, x);
}

#define INSTANTIATE(T)                               \
    template Variable<T> exp(Variable<T>, Where);    \
    template Variable<T> log(Variable<T>, Where);    \
    template Variable<T> sqrt(Variable<T>, Where);   \
    template Variable<T> square(Variable<T>, Where); \
    template Variable<T> abs(Variable<T>, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
