#include <tapedeck/layers/linear.hpp>

#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/ops/matmul.hpp>

namespace tapedeck {

template <class T>
Tensor<T> uniform(const Shape& shape, double limit, Random& rng) {
    Tensor<T> tensor = Tensor<T>::from_shape(shape);
    for (T& element : tensor.storage()) element = static_cast<T>(rng.uniform(-limit, limit));
    return tensor;
}

template <class T>
Linear<T>::Linear(std::size_t in, std::size_t out, Random& rng, LinearOptions options) {
    if (!is_size(in) || !is_size(out)) {
        throw ValueError(
            fmt::format("Linear({}, {}): both sizes must be at least 1.", as_written(in), as_written(out)));
    }
    const double limit = 1 / std::sqrt(static_cast<double>(in));
    weight = Boxed(Parameter<T>(uniform<T>({out, in}, limit, rng), "weight"));
    if (options.bias) bias = Boxed(Parameter<T>(uniform<T>({out}, limit, rng), "bias"));
}

template <class T>
Variable<T> Linear<T>::forward(Variable<T> x) {
    Tape<T>& tape = x.tape();
    const Where where = tape.where();
    const Variable<T> w = tape.parameter(*weight, where);
    return linear(x, w, bias ? std::optional(tape.parameter(*bias, where)) : std::nullopt, where);
}

template Tensor<float> uniform(const Shape&, double, Random&);
template Tensor<double> uniform(const Shape&, double, Random&);
template class Linear<float>;
template class Linear<double>;

}  // namespace tapedeck
