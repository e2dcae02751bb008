#include <tapedeck/layers/activation.hpp>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/ops/activation.hpp>

namespace tapedeck {

template <class T>
Variable<T> Tanh<T>::forward(Variable<T> x) {
    return tanh(x, x.tape().where());
}
template <class T>
Variable<T> ReLU<T>::forward(Variable<T> x) {
    return relu(x, x.tape().where());
}
template <class T>
Variable<T> Sigmoid<T>::forward(Variable<T> x) {
    return sigmoid(x, x.tape().where());
}
template <class T>
Variable<T> GELU<T>::forward(Variable<T> x) {
    return gelu(x, x.tape().where());
}

template <class T>
Dropout<T>::Dropout(double p, Random& rng) : p_(p) {
    if (!(p >= 0 && p <= 1))
        throw ValueError(fmt::format("Dropout: p is {}: a probability lies in 0 … 1.", p));
    rng_ = Boxed(rng.fork());
}
template <class T>
Variable<T> Dropout<T>::forward(Variable<T> x) {
    return dropout(x, p_, *rng_, this->is_training(), x.tape().where());
}

#define INSTANTIATE(T)         \
    template class Tanh<T>;    \
    template class ReLU<T>;    \
    template class Sigmoid<T>; \
    template class GELU<T>;    \
    template class Dropout<T>;
INSTANTIATE(float)
INSTANTIATE(double)

}  // namespace tapedeck
