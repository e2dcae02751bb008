// Wrong forwards of layer_norm that circulate. Tape operations differentiate most of them rightly, so that no
// gradient check can see them: what catches them is the comparison with the formula.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/random.hpp>

#include "exhibit.hpp"

namespace tapedeck::museum {

struct WrongForward {
    std::string name;
    std::function<Variable<double>(Variable<double>, Variable<double>, Variable<double>)> norm;
};

namespace detail {

inline Variable<double> centered(Variable<double> x) { return x - mean(x, -1, true); }
inline Variable<double> variance(Variable<double> x) { return mean(square(centered(x)), -1, true); }

}  // namespace detail

inline const std::vector<WrongForward>& wrong_forwards() {
    using V = Variable<double>;
    using namespace detail;
    static const std::vector<WrongForward> all{
        {"divided by the variance instead of its root",
         [](V x, V w, V b) { return centered(x) / (variance(x) + 1e-5) * w + b; }},
        {"std + eps", [](V x, V w, V b) { return centered(x) / (sqrt(variance(x)) + 1e-5) * w + b; }},
        {"without eps", [](V x, V w, V b) { return centered(x) / sqrt(variance(x)) * w + b; }},
        {"the unbiased variance",
         [](V x, V w, V b) { return centered(x) / sqrt(var(x, -1, true) + 1e-5) * w + b; }},
        {"statistics over the wrong axis",
         [](V x, V w, V b) {
             const V d = x - mean(x, 0, true);
             return d / sqrt(mean(square(d), 0, true) + 1e-5) * w + b;
         }},
        {"statistics over everything",
         [](V x, V w, V b) {
             const V d = x - mean(x);
             return d / sqrt(mean(square(d)) + 1e-5) * w + b;
         }},
        {"bias scaled by the weight",
         [](V x, V w, V b) { return (centered(x) / sqrt(variance(x) + 1e-5) + b) * w; }},
    };
    return all;
}

/// var = E[x^2] - E[x]^2: right on paper, and a difference of two large numbers under an offset.
inline Variable<double> one_pass_layer_norm(Variable<double> x, Variable<double> w, Variable<double> b) {
    const Variable<double> m = mean(x, -1, true);
    const Variable<double> v = mean(square(x), -1, true) - square(m);
    return (x - m) / sqrt(maximum(v, 0.0) + 1e-5) * w + b;
}

/// gamma and beta drawn in the function at each call: no parameters, nothing is ever learned.
inline Variable<double> randomly_scaled_layer_norm(Variable<double> x, Random& rng) {
    const auto drawn = [&] {
        Tensor<double> t = Tensor<double>::from_shape({x.shape().back()});
        for (double& v : t.storage()) v = rng.normal();
        return x.tape().input(t);
    };
    const Variable<double> gamma = drawn(), beta = drawn();
    return layer_norm(x, {x.shape().back()}, gamma, beta);
}

/// The same inside an operation, at each forward.
inline Exhibit::Options randomly_scaled_operation(Random& rng) {
    return {"RandomScale",
            [&rng](Forward<double>& f) {
                const double gamma = rng.normal();
                f.each([gamma](auto x) { return gamma * x; }, f.input(0));
            },
            [](Reverse<double>& r) {
                r.each(
                    0, [](auto dy) { return dy; }, r.upstream());
            }};
}

}  // namespace tapedeck::museum
