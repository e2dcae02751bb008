#include <cmath>

#include "demos/exercises/check/exercises.hpp"
#include "demos/exercises/check/library.hpp"

namespace exercises::check {
namespace {

Case of(const std::string& name, const Values& x, double phase) {
    Values y;
    for (const double v : x) y.push_back(std::tanh(v));
    const Size n = x.size();
    return Case(name)
        .size("n", n)
        .given("x", {n}, x)
        .given("y", {n}, y)
        .given("dy", {n}, wavy(n, phase))
        .added("dx", {n});
}

void solved(Trial& t) {
    const Size n = t.size("n");
    td::Tape<double> tape;
    const auto x = tape.variable(tensor(t.given("x"), {n}));
    tape.backward(tanh(x), tensor(t.given("dy"), {n}));
    put(t, "dx", x.grad());
}

Solution call(const TanhAdjoint& f) {
    return [f](Trial& t) { f(t.given("x"), t.given("y"), t.given("dy"), t.out("dx")); };
}

/// A mistake that goes element by element.
Mistake mistake(const std::string& words, double (*dx)(double x, double y, double dy)) {
    return {words, call([dx](In x, In y, In dy, Out out) {
                for (Size i = 0; i < x.size(); ++i) out[i] += dx(x[i], y[i], dy[i]);
            })};
}

}  // namespace

Exercise tanh_adjoint(TanhAdjoint adjoint) {
    const std::vector<Mistake> mistakes = {
        mistake("You took 1 - x^2, of the input. The derivative is written with the output: y is tanh(x).",
                [](double x, double, double dy) { return dy * (1 - x * x); }),
        mistake("dy is missing: what you hand on is the derivative alone. The chain rule multiplies it by "
                "dy, which "
                "arrived.",
                [](double, double y, double) { return 1 - y * y; }),
        mistake("The sign is wrong: tanh rises everywhere, so dx has the sign of dy.",
                [](double, double y, double dy) { return dy * (y * y - 1); }),
        mistake("y is not squared: 1 - y is not the derivative.",
                [](double, double y, double dy) { return dy * (1 - y); }),
        mistake("You took tanh of y. y is tanh(x) already.",
                [](double, double y, double dy) { return dy * (1 - std::tanh(y) * std::tanh(y)); }),
        mistake("y * (1 - y) is the sigmoid's derivative, not tanh's.",
                [](double, double y, double dy) { return dy * y * (1 - y); }),
        mistake("dy is handed on as it is: the derivative of tanh is missing.",
                [](double, double, double dy) { return dy; }),
        mistake("dy is multiplied by y = tanh(x): that is the function, not its derivative.",
                [](double, double y, double dy) { return dy * y; }),
    };
    return {"tanh_adjoint",
            {{"tanh_adjoint",
              "td::tanh",
              "core/ops/activation.cpp",
              {of("ordinary numbers", {-1.2, -0.3, 0, 0.7, 2.1}, 1), of("one element", {0.5}, 2),
               of("large numbers, where tanh is flat", {-8, 6, 9.5}, 3)},
              solved,
              call(adjoint),
              mistakes}}};
}

}  // namespace exercises::check
