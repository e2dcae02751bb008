// An RNN or an MLP, unrolled, for a gradient to run back through.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/linear.hpp>

#include "demos/common/samples.hpp"

namespace tapedeck::demos::lab {

struct Plan {
    std::size_t steps = 100, layers = 30, hidden = 64, batch = 32, inputs = 16;
};

/// What the gradient comes through: an RNN, which has the same weights at each step, or an MLP.
struct Net {
    const char* name;
    bool recurrent = true, identity = false;
    double scale = 1, inputs = 1;  ///< of the weights; the inputs' standard deviation
};

/// The identity, or a random orthogonal matrix (by Gram's and Schmidt's method) times net.scale.
template <class T>
Tensor<T> square_weights(const Net& net, std::size_t n, Random& rng) {
    if (net.identity) return xt::eye<T>(n);
    Tensor<T> w = normal<T>({n, n}, rng);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            T dot = 0;
            for (std::size_t k = 0; k < n; ++k) dot += w(i, k) * w(j, k);
            for (std::size_t k = 0; k < n; ++k)
                w(i, k) = j < i ? w(i, k) - dot * w(j, k) : w(i, k) / std::sqrt(dot);
        }
    return w * static_cast<T>(net.scale);
}

/// h = tanh(norm(h W + x V)); of an MLP x comes in at the first layer alone, and each W is another.
template <class T>
struct Unrolled {
    const Net& net;
    const Plan& plan;
    std::string norm;
    double gamma;
    Random rng;
    bool training = true;
    Tensor<T> w = square_weights<T>(net, plan.hidden, rng);
    Tensor<T> v =
        uniform<T>({plan.inputs, plan.hidden}, 1 / std::sqrt(static_cast<double>(plan.hidden)), rng);
    RunningStatistics<T> running{plan.hidden};

    Variable<T> normalize(const Variable<T>& z) {
        if (norm == "none") return z;
        if (norm == "layer") return layer_norm(z, {plan.hidden}) * gamma;
        if (norm == "batch") return batch_norm(z, nullptr) * gamma;
        return batch_norm(z, &running, {}, {}, {.training = training}) * gamma;  // batch-shared
    }

    /// Every h of a random input, first to last.
    std::vector<Variable<T>> run(Tape<T>& tape) {
        tape.rewind();
        std::vector<Variable<T>> h;
        const auto inputs = [&] {
            return tape.input(normal<T>({plan.batch, plan.inputs}, rng, 0, net.inputs));
        };
        const auto from_input = tape.variable(v, "V");
        for (std::size_t t = 0; t < (net.recurrent ? plan.steps : plan.layers); ++t) {
            if (t > 0 && !net.recurrent) w = square_weights<T>(net, plan.hidden, rng);
            Variable<T> z = t == 0 ? matmul(inputs(), from_input) : matmul(h.back(), tape.input(w));
            if (t > 0 && net.recurrent) z = z + matmul(inputs(), from_input);
            h.push_back(tanh(normalize(z)).named(fmt::format("h{}", t + 1)));
        }
        return h;
    }
};

/// A loss whose gradient at h is random.
template <class T>
Variable<T> random_loss(const Variable<T>& h, Random& rng) {
    return sum(h * h.tape().input(normal<T>(h.shape(), rng))).named("loss");
}

}  // namespace tapedeck::demos::lab
