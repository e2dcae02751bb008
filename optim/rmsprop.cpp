#include <tapedeck/optim/rmsprop.hpp>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/kernels/map.hpp>

namespace tapedeck {
namespace {

using op::select;
using std::sqrt;

template <class T, class F, class... In>
void update(Tensor<T>& state, F f, const In&... in) {
    kernels::map<false>(state.storage().size(), state.storage().data(), f,
                        kernels::Stream<T>{in.storage().data()}...);
}

}  // namespace

template <class T>
RMSProp<T>::RMSProp(std::vector<Parameter<T>*> parameters, RMSPropOptions options)
    : Optimizer<T>(std::move(parameters), options.lr), options_(options) {
    if (!(options.alpha >= 0 && options.alpha <= 1))
        throw ValueError(fmt::format("RMSProp: alpha is {}; it must lie in 0 … 1.", options.alpha));
    this->check_option("RMSProp", "eps", options.eps);
    this->check_option("RMSProp", "weight_decay", options.weight_decay);
    this->check_option("RMSProp", "momentum", options.momentum);
    square_ = this->zeros_like_parameters();
    if (options.centered) mean_ = this->zeros_like_parameters();
    if (options.momentum > 0) velocity_ = this->zeros_like_parameters();
}

template <class T>
void RMSProp<T>::step() {
    this->check_shapes(square_);
    const T lr = static_cast<T>(this->lr()), eps = static_cast<T>(options_.eps);
    const T decay = static_cast<T>(options_.weight_decay), momentum = static_cast<T>(options_.momentum);
    const T alpha = static_cast<T>(options_.alpha), rest = static_cast<T>(1 - options_.alpha);
    const auto gradient = [=](auto d, auto w) { return d + decltype(w)(decay) * w; };
    const auto square = [=](auto v, auto d, auto w) {
        using V = decltype(v);
        const V g = gradient(d, w);
        return V(alpha) * v + V(rest) * g * g;
    };
    const auto mean = [=](auto m, auto d, auto w) {
        using V = decltype(m);
        return V(alpha) * m + V(rest) * gradient(d, w);
    };
    const auto scaled = [=](auto d, auto w, auto v) {
        using V = decltype(v);
        return gradient(d, w) / (sqrt(v) + V(eps));
    };
    // Rounding may take the difference below zero when the gradient never changes.
    const auto centered = [=](auto d, auto w, auto v, auto m) {
        using V = decltype(v);
        const V variance = v - m * m;
        return scaled(d, w, select(variance < V(0), V(0), variance));
    };
    for (std::size_t i = 0; i < this->parameters().size(); ++i) {
        Parameter<T>& p = *this->parameters()[i];
        Tensor<T>& v = square_[i];
        update(v, square, v, p.grad, p.value);
        if (options_.centered) update(mean_[i], mean, mean_[i], p.grad, p.value);
        const auto descend = [&](auto step, const auto&... averages) {
            if (velocity_.empty()) {
                update(
                    p.value,
                    [=](auto w, auto d, auto... a) { return w - decltype(w)(lr) * step(d, w, a...); },
                    p.value, p.grad, averages...);
                return;
            }
            Tensor<T>& b = velocity_[i];
            update(
                b,
                [=](auto old, auto d, auto w, auto... a) {
                    return decltype(w)(momentum) * old + step(d, w, a...);
                },
                b, p.grad, p.value, averages...);
            update(
                p.value, [=](auto w, auto s) { return w - decltype(w)(lr) * s; }, p.value, b);
        };
        if (options_.centered)
            descend(centered, v, mean_[i]);
        else
            descend(scaled, v);
        p.changed();
    }
}

template class RMSProp<float>;
template class RMSProp<double>;

}  // namespace tapedeck
