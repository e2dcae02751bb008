#include "run.hpp"

#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace tapedeck::parity {
namespace {

/// "[3, 1]" of element i.
std::string place(const Shape& shape, std::size_t i) {
    std::string text;
    for (std::size_t d = shape.size(); d-- > 0; i /= shape[d])
        text = fmt::format("{}{}{}", i % shape[d], text.empty() ? "" : ", ", text);
    return fmt::format("[{}]", text);
}

template <class T>
Tensor<T> to_tensor(const Array& array) {
    Tensor<T> tensor = Tensor<T>::from_shape(array.shape);
    std::transform(array.values.begin(), array.values.end(), tensor.storage().begin(),
                   [](double v) { return static_cast<T>(v); });
    return tensor;
}

/// The elements of x at these places along an axis.
template <class T>
Variable<T> select(Variable<T> x, int axis, const std::vector<std::size_t>& places) {
    Shape shape = x.shape();
    shape[static_cast<std::size_t>(axis)] = places.size();
    std::size_t inner = 1;
    for (std::size_t d = static_cast<std::size_t>(axis) + 1; d < shape.size(); ++d) inner *= shape[d];
    Tensor<std::size_t> index = Tensor<std::size_t>::from_shape(shape);
    for (std::size_t i = 0; i < index.size(); ++i) index.storage()[i] = places[i / inner % places.size()];
    return gather(x, axis, index);
}

}  // namespace

template <class T>
double tolerance(const Array& expected) {
    constexpr double kNoiseFactor = 8;
    double scale = 0;
    for (const double v : expected.values)
        if (std::isfinite(v)) scale = std::max(scale, std::abs(v));
    if (std::is_same_v<T, double>)
        return std::max(1e-10 * scale, kNoiseFactor * std::ldexp(expected.noise, -29));
    if (expected.float_tolerance > 0) return expected.float_tolerance * scale;
    return std::max(1e-5 * scale, kNoiseFactor * expected.noise);
}

template <class T>
const Array& Run<T>::input(std::string_view name) {
    for (const Array& array : case_.inputs) {
        if (array.name != name) continue;
        used_.emplace(name);
        return array;
    }
    throw std::runtime_error(fmt::format("the case has no input \"{}\"", name));
}

template <class T>
bool Run<T>::has(std::string_view name) const {
    return std::any_of(case_.inputs.begin(), case_.inputs.end(),
                       [&](const Array& a) { return a.name == name; });
}

template <class T>
bool Run<T>::expects(std::string_view name) const {
    return std::any_of(case_.outputs.begin(), case_.outputs.end(),
                       [&](const Array& a) { return a.name == name; });
}

template <class T>
Variable<T> Run<T>::leaf(const Array& array) {
    if (!array.same_as.empty()) return leaf(input(array.same_as));
    const auto found = leaves_.find(array.name);
    if (found != leaves_.end()) return found->second;
    const Tensor<T> x = to_tensor<T>(array);
    return leaves_[array.name] = array.grad ? tape.variable(x, array.name) : tape.input(x, array.name);
}

template <class T>
Variable<T> Run<T>::operator()(std::string_view name) {
    const Array& array = input(name);
    Variable<T> x = leaf(array);
    for (const auto& view : array.views) {
        const int axis = view[1];
        if (view[0] == "transpose")
            x = transpose(x, axis, view[2].get<int>());
        else if (view[0] == "slice")
            x = slice(x, axis, view[2].get<std::size_t>(), view[3].get<std::size_t>());
        else
            x = select(x, axis, view[2].get<std::vector<std::size_t>>());
    }
    return x;
}

template <class T>
Tensor<T> Run<T>::tensor(std::string_view name) {
    return to_tensor<T>(input(name));
}
template <class T>
Tensor<bool> Run<T>::mask(std::string_view name) {
    return to_tensor<bool>(input(name));
}
template <class T>
Tensor<std::size_t> Run<T>::indices(std::string_view name) {
    return to_tensor<std::size_t>(input(name));
}

template <class T>
std::vector<Variable<T>> Run<T>::all() {
    std::vector<Variable<T>> variables;
    for (const Array& array : case_.inputs)
        if (array.name != "cotangent") variables.push_back((*this)(array.name));
    return variables;
}

template <class T>
Shape Run<T>::shape(const char* option) const {
    Shape result;
    for (const std::size_t size : case_.options.at(option)) result.push_back(size);
    return result;
}
template <class T>
Axes Run<T>::axes(const char* option) const {
    Axes result;
    for (const int axis : case_.options.at(option)) result.axis[result.count++] = axis;
    return result;
}

template <class T>
void Run<T>::check(std::string_view name, const Tensor<T>& got) {
    const auto expected = std::find_if(case_.outputs.begin(), case_.outputs.end(),
                                       [&](const Array& array) { return array.name == name; });
    if (expected == case_.outputs.end()) {
        faults_ += fmt::format("  {}: PyTorch has no such output\n", name);
        return;
    }
    checked_.emplace(name);
    if (got.shape() != expected->shape) {
        faults_ += fmt::format("  {}: the shape is {}, expected {}\n", name, to_text(got.shape()),
                               to_text(expected->shape));
        return;
    }
    const double tolerated = tolerance<T>(*expected);
    std::size_t wrong = 0, where = 0;
    double largest = -1;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double e = expected->values[i], g = static_cast<double>(got.storage()[i]);
        const bool same = e == g || (std::isnan(e) && std::isnan(g));
        const double difference = same                                   ? 0
                                  : std::isfinite(e) && std::isfinite(g) ? std::abs(g - e)
                                                                         : INFINITY;
        if (difference > 0) worst_ = std::max(worst_, difference / tolerated);
        if (difference <= tolerated) continue;
        ++wrong;
        if (difference > largest) largest = difference, where = i;
    }
    if (wrong == 0) return;
    faults_ +=
        fmt::format("  {}{}: got {:.17g}, expected {:.17g}, tolerance {:.3g} ({} of {} elements are off)\n",
                    name, place(got.shape(), where), got.storage()[where], expected->values[where], tolerated,
                    wrong, got.size());
}

template <class T>
const Array& Run<T>::recorded(std::string_view name) {
    for (const Array& array : case_.outputs) {
        if (array.name != name) continue;
        checked_.emplace(name);
        return array;
    }
    throw std::runtime_error(fmt::format("the case has no output \"{}\"", name));
}

template <class T>
void Run<T>::fault(std::string_view text) {
    faults_ += fmt::format("  {}\n", text);
}

template <class T>
void Run<T>::reverse(Variable<T> y) {
    check("y", y.value());
    tape.backward(y, tensor("cotangent"));
    for (const Array& array : case_.inputs) {
        if (!array.grad || !array.same_as.empty()) continue;
        const auto found = leaves_.find(array.name);
        if (found == leaves_.end()) continue;  // finish() tells
        const Variable<T> x = found->second;
        check(fmt::format("{}.grad", array.name), x.has_grad() ? x.grad() : zeros<T>(x.shape()));
    }
}

template <class T>
void Run<T>::finish() {
    for (const Array& array : case_.inputs)
        if (!used_.contains(array.name)) faults_ += fmt::format("  input {} was never read\n", array.name);
    for (const Array& array : case_.outputs)
        if (!checked_.contains(array.name))
            faults_ += fmt::format("  output {} was never compared\n", array.name);
}

template double tolerance<float>(const Array&);
template double tolerance<double>(const Array&);
template class Run<float>;
template class Run<double>;

}  // namespace tapedeck::parity
