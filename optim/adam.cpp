#include <tapedeck/optim/adam.hpp>

#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/kernels/map.hpp>

namespace tapedeck {
namespace {

/// The step's factors, with both bias corrections drawn into them.
template <class T>
struct Factors {
    T beta1, one_minus_beta1, beta2, one_minus_beta2, step, root_correction, eps;
    T decay;  ///< of the weight, added to the gradient
    T keep;   ///< what decoupled decay leaves of the weight
};

/// m / (sqrt(v) * root_correction + eps)
template <class V, class T>
V quotient(const Factors<T>& f, const V& m, const V& v) {
    using op::all;
    using op::select;
    using op::sqrt;
    const auto divided = [&](auto root, auto divide) {
        return divide(m, root(v) * V(f.root_correction) + V(f.eps));
    };
    if constexpr (kernels::has_estimates<V>) {
        // The quick way is right in the middle of T's range; 0, and what is out of it, is divided as it is.
        const auto ordinary = v > V(T(1e-30)) && v < V(T(1e30));
        const V quick = divided([](const V& a) { return kernels::quick_sqrt(a); },
                                [](const V& a, const V& b) { return kernels::quick_quotient(a, b); });
        if (all(ordinary)) [[likely]]
            return quick;
        return select(
            ordinary, quick,
            divided([](const V& a) { return sqrt(a); }, [](const V& a, const V& b) { return V(a / b); }));
    } else {
        return divided([](const V& a) { return sqrt(a); }, [](const V& a, const V& b) { return V(a / b); });
    }
}

/// One vector of parameters.
template <class V, class T>
void update(const Factors<T>& f, V& p, V g, V& m, V& v) {
    g = g + V(f.decay) * p;
    m = V(f.beta1) * m + V(f.one_minus_beta1) * g;
    v = V(f.beta2) * v + V(f.one_minus_beta2) * g * g;
    p = V(f.keep) * p - V(f.step) * quotient(f, m, v);
}

/// Three arrays are read and written in one pass, which no map of one output can do.
template <class T>
void update_all(Factors<T> f, std::size_t n, T* p, const T* g, T* m, T* v) {
    using V = kernels::Vector<T>;
    kernels::each_vector<V>(n, [&](auto load, auto store) {
        V pi = load(p, T(0)), mi = load(m, T(0)), vi = load(v, T(1));
        update(f, pi, V(load(g, T(0))), mi, vi);
        store(p, pi);
        store(m, mi);
        store(v, vi);
    });
}

}  // namespace

template <class T>
Adam<T>::Adam(std::vector<Parameter<T>*> parameters, AdamOptions options, Decay decay)
    : Optimizer<T>(std::move(parameters), options.lr), options_(options), decay_(decay) {
    const std::string_view who = decay == Decay::decoupled ? "AdamW" : "Adam";
    const auto check_beta = [who](std::string_view name, double beta) {
        if (beta >= 0 && beta < 1) return;
        throw ValueError(fmt::format("{}: {} is {}; it must lie in 0 … 1, 1 excluded.", who, name, beta));
    };
    check_beta("beta1", options.beta1);
    check_beta("beta2", options.beta2);
    this->check_option(who, "eps", options.eps);
    this->check_option(who, "weight_decay", options.weight_decay);
    first_ = this->zeros_like_parameters();
    second_ = this->zeros_like_parameters();
}

template <class T>
void Adam<T>::step() {
    this->check_shapes(first_);
    ++steps_;
    const double t = static_cast<double>(steps_);
    const auto& o = options_;
    const Factors<T> factors{
        static_cast<T>(o.beta1),
        static_cast<T>(1 - o.beta1),
        static_cast<T>(o.beta2),
        static_cast<T>(1 - o.beta2),
        static_cast<T>(this->lr() / (1 - std::pow(o.beta1, t))),
        static_cast<T>(1 / std::sqrt(1 - std::pow(o.beta2, t))),
        static_cast<T>(o.eps),
        static_cast<T>(decay_ == Decay::in_gradient ? o.weight_decay : 0),
        static_cast<T>(decay_ == Decay::decoupled ? 1 - this->lr() * o.weight_decay : 1),
    };
    for (std::size_t i = 0; i < this->parameters().size(); ++i) {
        Parameter<T>& p = *this->parameters()[i];
        update_all(factors, p.value.storage().size(), p.value.storage().data(), p.grad.storage().data(),
                   first_[i].storage().data(), second_[i].storage().data());
        p.changed();
    }
}

template class Adam<float>;
template class Adam<double>;

}  // namespace tapedeck
