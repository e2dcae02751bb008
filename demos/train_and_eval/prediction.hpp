// What a network says of many rows at once, row by row, and with its BatchNorm folded into a Linear.
#pragma once

#include <cstddef>

#include <tapedeck/core/tape.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/layers/sequential.hpp>

namespace tapedeck::demos {

/// What a module makes of x, in the mode that it is in.
inline Tensor<float> output(Module<float>& module, const Tensor<float>& x) {
    Tape<float> tape;
    const auto values_only = tape.pause();
    return module(tape.input(x)).value();
}

/// Each row handed over on its own, and the results put together again.
inline Tensor<float> row_by_row(Module<float>& module, const Tensor<float>& x) {
    Tensor<float> all;
    for (std::size_t i = 0; i < x.shape()[0]; ++i) {
        const Tensor<float> y = output(module, xt::view(x, xt::range(i, i + 1), xt::all()));
        if (i == 0) all = Tensor<float>::from_shape({x.shape()[0], y.shape()[1]});
        xt::view(all, i, xt::all()) = xt::view(y, 0, xt::all());
    }
    return all;
}

inline double elements_that_differ(const Tensor<float>& a, const Tensor<float>& b) {
    return static_cast<double>(xt::sum(xt::cast<int>(xt::not_equal(a, b)))());
}

/// As a share of the largest element.
inline double largest_difference(const Tensor<float>& a, const Tensor<float>& b) {
    return static_cast<double>(xt::amax(xt::abs(a - b))() / xt::amax(xt::abs(b))());
}

/// Of the network without its norm, which is folded into the Linear before it.
inline Tensor<float> folded_output(Sequential<float> net, const Tensor<float>& x) {
    auto& fc = dynamic_cast<Linear<float>&>(net[0]);
    auto& bn = dynamic_cast<BatchNorm<float>&>(net[1]);
    fc = folded(std::move(fc), bn, BatchNormOptions{}.eps);
    Tensor<float> h = x;
    for (const std::size_t part : {0U, 2U, 3U}) h = output(net[part], h);  // no norm any more
    return h;
}

}  // namespace tapedeck::demos
