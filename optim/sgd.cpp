#include <tapedeck/optim/sgd.hpp>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/kernels/map.hpp>

namespace tapedeck {

template <class T>
SGD<T>::SGD(std::vector<Parameter<T>*> parameters, SGDOptions options)
    : Optimizer<T>(std::move(parameters), options.lr), options_(options) {
    this->check_option("SGD", "momentum", options.momentum);
    this->check_option("SGD", "dampening", options.dampening);
    this->check_option("SGD", "weight_decay", options.weight_decay);
    if (options.nesterov && (options.momentum <= 0 || options.dampening != 0)) {
        throw ValueError(fmt::format(
            "SGD: momentum is {} and dampening {}; Nesterov's step needs a momentum above 0 and no "
            "dampening.",
            options.momentum, options.dampening));
    }
    if (options.momentum > 0) velocity_ = this->zeros_like_parameters();
}

template <class T>
void SGD<T>::step() {
    this->check_shapes(velocity_);
    using Stream = kernels::Stream<T>;
    const T lr = static_cast<T>(this->lr());
    const T decay = static_cast<T>(options_.weight_decay);
    const T momentum = static_cast<T>(options_.momentum);
    const T keep = steps_ > 0 ? momentum : T(0);
    const T take = steps_ > 0 ? static_cast<T>(1 - options_.dampening) : T(1);
    for (std::size_t i = 0; i < this->parameters().size(); ++i) {
        Parameter<T>& p = *this->parameters()[i];
        const std::size_t n = p.value.storage().size();
        T* value = p.value.storage().data();
        const Stream x{value};
        const Stream g{p.grad.storage().data()};
        if (velocity_.empty()) {
            kernels::map<false>(
                n, value,
                [=](auto w, auto d) {
                    using V = decltype(w);
                    return w - V(lr) * (d + V(decay) * w);
                },
                x, g);
        } else {
            T* velocity = velocity_[i].storage().data();
            const Stream v{velocity};
            kernels::map<false>(
                n, velocity,
                [=](auto old, auto w, auto d) {
                    using V = decltype(w);
                    return V(keep) * old + V(take) * (d + V(decay) * w);
                },
                v, x, g);
            if (options_.nesterov) {
                kernels::map<false>(
                    n, value,
                    [=](auto w, auto d, auto step) {
                        using V = decltype(w);
                        return w - V(lr) * (d + V(decay) * w + V(momentum) * step);
                    },
                    x, g, v);
            } else {
                kernels::map<false>(
                    n, value, [=](auto w, auto step) { return w - decltype(w)(lr) * step; }, x, v);
            }
        }
        p.changed();
    }
    ++steps_;
}

template class SGD<float>;
template class SGD<double>;

}  // namespace tapedeck
