#include <tapedeck/core/gradcheck/program.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <tapedeck/core/random.hpp>

namespace tapedeck::numeric {

template <class T>
ParameterKeeper<T>::~ParameterKeeper() {
    for (Kept& k : kept_) {
        k.parameter->value = std::move(k.value);
        k.parameter->grad = std::move(k.grad);
    }
}

template <class T>
void ParameterKeeper<T>::keep(Parameter<T>* p) {
    if (std::none_of(kept_.begin(), kept_.end(), [p](const Kept& k) { return k.parameter == p; }))
        kept_.push_back({p, p->value, p->grad});
}

template <class T>
void ParameterKeeper<T>::zero_grad() {
    for (Kept& k : kept_) k.parameter->zero_grad();
}

template <class T>
Program<T>::Program(const GradcheckFunction<T>& function, const std::vector<Tensor<T>>& inputs,
                    const NamedParameters<T>& parameters, std::uint64_t seed)
    : inputs_(inputs), parameters_(parameters) {
    for (const auto& [name, p] : parameters) {
        keeper_.keep(p);
        values_.push_back(p->value);
    }
    for (const Tensor<T>& x : inputs) variables_.push_back(tape_.variable(x, "", Where{}));
    {
        const auto guard = tape_.freeze();
        result_ = function(tape_, variables_);
    }
    if (!tape_.knows(result_)) {
        throw StaleVariableError(
            "gradcheck: the function's result is not on the tape that it is given; it must record there, "
            "from "
            "the variables that it is given.");
    }
    for (const Entry<T>& entry : tape_) {
        // The reverse pass will add to the gradients of all that were read; they came in as non-const.
        if (entry.parameter() != nullptr) keeper_.keep(const_cast<Parameter<T>*>(entry.parameter()));
    }
    // Not the numbers that a user's own Random(seed) draws for x: dx of a normalization is 0 where dy is x.
    Random rng = Random(seed).fork();
    cotangent_ = Tensor<T>::from_shape(result_.shape());
    for (T& c : cotangent_.storage()) c = static_cast<T>(rng.normal());
}

template <class T>
const Tensor<T>& Program<T>::argument(std::size_t a) const {
    return a < inputs_.size() ? inputs_[a] : values_[a - inputs_.size()];
}

template <class T>
std::string Program<T>::name(std::size_t a) const {
    if (a >= inputs_.size()) {
        const std::string& given = parameters_[a - inputs_.size()].first;
        return given.empty() ? fmt::format("parameter {}", a) : "parameter " + given;
    }
    const std::string_view given = variables_[a].entry().name();
    return given.empty() ? fmt::format("argument {}", a) : fmt::format("argument {} \"{}\"", a, given);
}

template <class T>
std::string Program<T>::operations() const {
    constexpr std::size_t kMost = 6;
    std::vector<std::string_view> seen;
    std::string text;
    const std::vector<bool> matters = upstream();
    for (const Entry<T>& entry : tape_) {
        if (entry.is_leaf() || !entry.needs_grad() || !matters[entry.index()]) continue;
        if (std::find(seen.begin(), seen.end(), entry.op()) != seen.end()) continue;
        seen.push_back(entry.op());
        if (seen.size() <= kMost) text += fmt::format("{}{}", text.empty() ? "" : ", ", entry.op());
    }
    if (seen.size() > kMost) text += fmt::format(" and {} more", seen.size() - kMost);
    return text.empty() ? "the function" : text;
}

template <class T>
double Program<T>::value() const {
    double sum = 0;
    const Tensor<T>& y = result_.value();
    for (std::size_t i = 0; i < y.size(); ++i)
        sum += static_cast<double>(y.storage()[i]) * static_cast<double>(cotangent_.storage()[i]);
    return sum;
}

template <class T>
double Program<T>::rounding(std::size_t a) {
    constexpr std::size_t kTried = 4;
    const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
    const double here = value();
    double products = 0;
    const Tensor<T>& y = result_.value();
    for (std::size_t i = 0; i < y.size(); ++i)
        products +=
            std::abs(static_cast<double>(y.storage()[i]) * static_cast<double>(cotangent_.storage()[i]));
    double most = epsilon * std::max(products, magnitude());
    const std::size_t n = argument(a).size();
    for (std::size_t i = 0; i < n; i += std::max<std::size_t>(1, n / kTried)) {
        const double ulp = epsilon * std::abs(static_cast<double>(argument(a).storage()[i]));
        for (const double offset : {ulp, -ulp}) {
            const double off = std::abs(moved(a, i, offset).value - here);
            if (std::isfinite(off)) most = std::max(most, off);
        }
    }
    return most;
}

template <class T>
Sample Program<T>::moved(std::size_t a, std::size_t i, double offset) {
    const bool is_input = a < inputs_.size();
    Tensor<T> copy = is_input ? inputs_[a] : Tensor<T>();
    Tensor<T>& x = is_input ? copy : parameters_[a - inputs_.size()].second->value;
    const T original = x.storage()[i];
    const T there = static_cast<T>(static_cast<double>(original) + offset);
    x.storage()[i] = there;
    if (is_input) tape_.set(variables_[a], x);
    Sample sample{static_cast<double>(there), std::numeric_limits<double>::quiet_NaN()};
    try {
        play();
        sample.value = value();
    } catch (const NonFiniteError&) {  // not defined there
    }
    x.storage()[i] = original;
    if (is_input) tape_.set(variables_[a], x);
    return sample;
}

template <class T>
std::vector<Tensor<T>> Program<T>::gradients() {
    keeper_.zero_grad();
    if (result_.entry().needs_grad()) tape_.backward(result_, cotangent_);
    std::vector<Tensor<T>> all;
    for (std::size_t a = 0; a < arguments(); ++a) {
        const Entry<T>* e = entry(a);
        all.push_back(e != nullptr && e->has_grad() ? e->grad() : zeros<T>(argument(a).shape()));
    }
    return all;
}

template <class T>
const Entry<T>* Program<T>::entry(std::size_t a) const {
    if (a < inputs_.size()) return &variables_[a].entry();
    for (const Entry<T>& entry : tape_) {
        if (entry.parameter() == parameters_[a - inputs_.size()].second) return &entry;
    }
    return nullptr;
}

template <class T>
std::vector<bool> Program<T>::upstream() const {
    std::vector<bool> matters(tape_.size(), false);
    matters[result_.index()] = true;
    for (std::size_t i = result_.index() + 1; i-- > 0;) {
        if (!matters[i]) continue;
        for (const std::uint32_t input : tape_[i].inputs()) matters[input] = true;
    }
    return matters;
}

template <class T>
double Program<T>::magnitude() const {
    // A sum of normalized numbers is 0 to within rounding: what it sums is larger, so walk up to that.
    std::vector<bool> counts(tape_.size(), false);
    counts[result_.index()] = true;
    double largest = 0;
    for (std::size_t i = result_.index() + 1; i-- > 0;) {
        if (!counts[i]) continue;
        const Entry<T>& entry = tape_[i];
        for (const T v : entry.value()) largest = std::max(largest, std::abs(static_cast<double>(v)));
        if (entry.value().size() > result_.value().size()) continue;
        for (const std::uint32_t input : entry.inputs()) counts[input] = !tape_[input].is_leaf();
    }
    // A result that is 0 altogether was made from something.
    for (std::size_t a = 0; largest == 0 && a < arguments(); ++a)
        for (const T v : argument(a)) largest = std::max(largest, std::abs(static_cast<double>(v)));
    double squares = 0;
    for (const T c : cotangent_) squares += static_cast<double>(c) * static_cast<double>(c);
    return largest * std::sqrt(squares);
}

template class ParameterKeeper<float>;
template class ParameterKeeper<double>;
template class Program<float>;
template class Program<double>;

}  // namespace tapedeck::numeric
