#include <tapedeck/optim/optimizer.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/kernels/map.hpp>

namespace tapedeck {
namespace {

template <class T>
void check_pointers(std::string_view who, std::span<Parameter<T>* const> parameters) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (parameters[i] == nullptr) {
            throw ValueError(
                fmt::format("{}: parameter {}, counted from 0, is a null pointer; pass "
                            "net.parameters().",
                            who, i));
        }
    }
}

}  // namespace

template <class T>
Optimizer<T>::Optimizer(std::vector<Parameter<T>*> parameters, double rate)
    : parameters_(std::move(parameters)) {
    if (parameters_.empty())
        throw ValueError(
            "an optimizer was given no parameters: pass net.parameters(), of a net whose visit() lists its "
            "members.");
    check_pointers<T>("an optimizer", parameters_);
    std::vector<Parameter<T>*> sorted = parameters_;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) {
        throw ValueError(
            fmt::format("an optimizer was given parameter {} twice, which would take each of its steps "
                        "twice: pass each once.",
                        (*twice)->name));
    }
    lr(rate);
}

template <class T>
void Optimizer<T>::lr(double new_value) {
    check_option("an optimizer", "its learning rate", new_value);
    lr_ = new_value;
}

template <class T>
void Optimizer<T>::visit(StateVisitor<T>&) {
    throw Error(
        "an optimizer has no visit(), and so a checkpoint would lose what its steps remember: override it "
        "and "
        "show that, or leave its body empty when they remember nothing.");
}

template <class T>
void Optimizer<T>::check_option(std::string_view who, std::string_view option, double value) {
    if (value >= 0 && std::isfinite(value)) return;
    throw ValueError(fmt::format("{}: {} is {}; it must {}.", who, option, value,
                                 value < 0 ? "not be negative" : "be a finite number"));
}

template <class T>
std::vector<Tensor<T>> Optimizer<T>::zeros_like_parameters() const {
    std::vector<Tensor<T>> state;
    for (const Parameter<T>* p : parameters_) state.push_back(zeros<T>(p->value.shape()));
    return state;
}

template <class T>
void Optimizer<T>::check_shapes(const std::vector<Tensor<T>>& state) const {
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        const Parameter<T>& p = *parameters_[i];
        const Shape& expected = state.empty() ? p.grad.shape() : state[i].shape();
        if (p.value.shape() == expected && p.grad.shape() == expected) continue;
        throw ShapeError(
            fmt::format("an optimizer's step: parameter {} is {} with a gradient of {}, and {} was expected: "
                        "after giving a parameter another shape, run backward and make a new optimizer.",
                        p.name, to_text(p.value.shape()), to_text(p.grad.shape()), to_text(expected)));
    }
}

namespace {

/// The norm of all gradients together. Squares that leave T's range, above or below, are taken again in long
/// double.
template <class T>
double gradient_norm(std::span<Parameter<T>* const> parameters) {
    double squares = 0;
    for (const Parameter<T>* p : parameters) {
        squares += static_cast<double>(kernels::map_sum<T>(
            p->grad.storage().size(), [](auto g) { return g * g; },
            kernels::Stream<T>{p->grad.storage().data()}));
    }
    if (squares >= static_cast<double>(std::numeric_limits<T>::min()) && std::isfinite(squares))
        return std::sqrt(squares);
    long double wide = 0;
    for (const Parameter<T>* p : parameters)
        for (const T g : p->grad.storage()) wide += static_cast<long double>(g) * static_cast<long double>(g);
    return static_cast<double>(std::sqrt(wide));
}

}  // namespace

template <class T>
T clip_grad_norm(std::span<Parameter<T>* const> parameters, double max_norm) {
    if (!(max_norm >= 0))
        throw ValueError(fmt::format("clip_grad_norm: max_norm is {}; it must not be negative.", max_norm));
    check_pointers("clip_grad_norm", parameters);
    const double norm = gradient_norm(parameters);
    const T factor = static_cast<T>(max_norm / (norm + 1e-6));
    if (!(factor >= 1)) {  // a nan norm makes all gradients nan, as in PyTorch
        for (Parameter<T>* p : parameters) {
            T* g = p->grad.storage().data();
            kernels::map<false>(
                p->grad.storage().size(), g, [factor](auto v) { return v * decltype(v)(factor); },
                kernels::Stream<T>{g});
        }
    }
    return static_cast<T>(norm);
}

template class Optimizer<float>;
template class Optimizer<double>;
template float clip_grad_norm(std::span<Parameter<float>* const>, double);
template double clip_grad_norm(std::span<Parameter<double>* const>, double);

}  // namespace tapedeck
