#include <tapedeck/layers/weight_norm.hpp>

#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/kernels/rows.hpp>
#include <tapedeck/core/ops/matmul.hpp>
#include <tapedeck/core/ops/normalize.hpp>

namespace tapedeck {

template <class T>
WeightNorm<T>::WeightNorm(Linear<T> linear) : bias(std::move(linear.bias)) {
    Tensor<T> v = std::move(linear.weight->value);
    const std::size_t out = v.shape()[0], in = v.shape()[1];
    Tensor<T> g = Tensor<T>::from_shape({out, 1});
    for (std::size_t i = 0; i < out; ++i) {
        const auto row =
            kernels::row_statistics(in, v.storage().data() + i * in, T(0), kernels::MeanPath::no);
        if (std::isinf(row.rstd)) {
            throw NonFiniteError(fmt::format(
                "WeightNorm: row {} of the weight {} is all zeros, or too small: it has no direction; start "
                "from other weights.",
                i, to_text(v.shape())));
        }
        g.storage()[i] = std::sqrt(static_cast<T>(in)) / row.rstd;
    }
    weight_g = Boxed(Parameter<T>(std::move(g), "weight_g"));
    weight_v = Boxed(Parameter<T>(std::move(v), "weight_v"));
}

template <class T>
Variable<T> WeightNorm<T>::forward(Variable<T> x) {
    Tape<T>& tape = x.tape();
    const Where where = tape.where();
    const Variable<T> v = tape.parameter(*weight_v, where);
    const Variable<T> w = weight_norm(v, tape.parameter(*weight_g, where), where);
    return linear(x, w, bias ? std::optional(tape.parameter(*bias, where)) : std::nullopt, where);
}

template class WeightNorm<float>;
template class WeightNorm<double>;

}  // namespace tapedeck
