// LayerNorms that are wrong in one of the ways that circulate.
#pragma once

#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>
#include <tapedeck/layers/module.hpp>

#include "demos/common/samples.hpp"

namespace tapedeck::demos {

enum class Bug {
    none,
    random_gamma,
    variance_not_its_root,
    std_plus_eps,
    wrong_axis,
    one_pass,
    no_mean_path,
    no_variance_path,
    variance_path_sign,
    no_gamma,
};

/// The last four are in the backward, and their forward is right.
inline bool is_in_backward(Bug bug) { return bug >= Bug::no_mean_path; }

inline constexpr double kEps = 1e-5;

/// layer_norm over the rows of (N, C), with a backward of its own.
template <class T>
struct HandWrittenNorm final : Op<T> {
    struct Options {
        Bug bug = Bug::none;
    };
    Options options;
    std::vector<T> xhat, rstd;  // of each element, of each row

    std::string_view name() const override { return "HandWrittenNorm"; }
    std::string_view rule() const override {
        return "dx = rstd * (g - mean(g) - xhat * mean(g * xhat)), or not";
    }

    void forward(Forward<T>& f) override {
        const Tensor<T>& x = f.input(0);
        const std::size_t rows = x.shape()[0], n = x.shape()[1];
        Tensor<T>& y = f.output(x.shape());
        xhat.resize(x.size());
        rstd.resize(rows);
        for (std::size_t r = 0; r < rows; ++r) {
            T mean = 0, variance = 0;
            for (std::size_t c = 0; c < n; ++c) mean += x(r, c) / static_cast<T>(n);
            for (std::size_t c = 0; c < n; ++c)
                variance += (x(r, c) - mean) * (x(r, c) - mean) / static_cast<T>(n);
            rstd[r] = 1 / std::sqrt(variance + static_cast<T>(kEps));
            for (std::size_t c = 0; c < n; ++c) {
                xhat[r * n + c] = (x(r, c) - mean) * rstd[r];
                y(r, c) = xhat[r * n + c] * f.input(1)(c) + f.input(2)(c);
            }
        }
    }

    void adjoint(Reverse<T>& r) override {
        const Tensor<T>& dy = r.upstream();
        const std::size_t rows = dy.shape()[0], n = dy.shape()[1];
        Tensor<T> dx = zeros<T>(dy.shape()), dgamma = zeros<T>({n}), dbeta = dgamma;
        const T through_mean = options.bug == Bug::no_mean_path ? 0 : 1;
        const T through_variance = options.bug == Bug::no_variance_path     ? 0
                                   : options.bug == Bug::variance_path_sign ? -1
                                                                            : 1;
        for (std::size_t i = 0; i < rows; ++i) {
            const T* along = &xhat[i * n];
            const auto g = [&](std::size_t c) {
                return options.bug == Bug::no_gamma ? dy(i, c) : dy(i, c) * r.input(1)(c);
            };
            T mean_g = 0, mean_gx = 0;
            for (std::size_t c = 0; c < n; ++c) {
                mean_g += g(c) / static_cast<T>(n);
                mean_gx += g(c) * along[c] / static_cast<T>(n);
                dgamma(c) += dy(i, c) * along[c];
                dbeta(c) += dy(i, c);
            }
            for (std::size_t c = 0; c < n; ++c)
                dx(i, c) = rstd[i] * (g(c) - through_mean * mean_g - through_variance * along[c] * mean_gx);
        }
        const auto same = [](auto v) { return v; };
        r.each(0, same, dx);
        r.each_of(dgamma.shape(), 1, same, dgamma);
        r.each_of(dbeta.shape(), 2, same, dbeta);
    }
};

/// LayerNorm of (N, C), with this bug. What is wrong in the forward is made of the tape's operations, so that
/// its gradient is the right one of the wrong function. `rng` is what random_gamma draws from.
template <class T>
Variable<T> wrong_norm(Bug bug, Variable<T> x, Variable<T> gamma, Variable<T> beta, Random& rng) {
    const auto eps = static_cast<T>(kEps);
    if (bug == Bug::random_gamma) {
        const Shape features{x.shape()[1]};
        gamma = x.tape().input(normal<T>(features, rng)), beta = x.tape().input(normal<T>(features, rng));
        bug = Bug::none;
    }
    if (bug == Bug::none || is_in_backward(bug))
        return x.tape().template record<HandWrittenNorm<T>>(Where::here(), {bug}, x, gamma, beta);
    const int axis = bug == Bug::wrong_axis ? 0 : 1;
    const Variable<T> m = mean(x, axis, true), centered = x - m;
    const Variable<T> variance =
        bug == Bug::one_pass ? mean(square(x), axis, true) - square(m) : mean(square(centered), axis, true);
    const Variable<T> divisor = bug == Bug::variance_not_its_root ? variance + eps
                                : bug == Bug::std_plus_eps        ? sqrt(variance) + eps
                                                                  : sqrt(variance + eps);
    return centered / divisor * gamma + beta;
}

/// A LayerNorm with a bug, as a module.
struct MuseumNorm : Module<float> {
    Bug bug;
    Random rng;
    Boxed<Parameter<float>> weight, bias;

    MuseumNorm(Bug its_bug, std::size_t features, Random& from)
        : bug(its_bug),
          rng(from.fork()),
          weight(Parameter<float>(ones<float>({features}))),
          bias(Parameter<float>(zeros<float>({features}))) {}
    Variable<float> forward(Variable<float> x) override {
        return wrong_norm(bug, x, x.tape().parameter(*weight), x.tape().parameter(*bias), rng);
    }
    void visit(Visitor<float>& v) override {
        v("weight", weight);
        v("bias", bias);
        v("rng", rng);
    }
};

}  // namespace tapedeck::demos
