#include <tapedeck/core/inspect/non_finite/numbers.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/ops/instantiate.hpp>

namespace tapedeck::inspect {
namespace {

std::string range(const Numbers& n) {
    return n.least == n.most ? fmt::format("{:.4g}", n.least)
                             : fmt::format("{:.4g} … {:.4g}", n.least, n.most);
}

}  // namespace

std::string digits(double number) { return std::isnan(number) ? "nan" : fmt::format("{:.4g}", number); }

std::string Numbers::counts() const {
    std::vector<std::string> parts;
    const auto count = [&](std::size_t n, std::string_view what) {
        if (n > 0) parts.push_back(fmt::format("{} {} {}", n, n == 1 ? "is" : "are", what));
    };
    count(nan, "nan");
    count(plus_inf, "inf");
    count(minus_inf, "-inf");
    if (parts.empty()) return "all are finite";
    if (size == 1) return "its one value" + parts[0].substr(1);
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string_view between = i == 0 ? "" : i + 1 < parts.size() ? ", " : " and ";
        text += fmt::format("{}{}", between, parts[i]);
    }
    // "3 of 2048 values are nan and 2 are inf"
    return text.insert(text.find(' '), fmt::format(" of {} values", size));
}

std::string Numbers::text() const {
    if (size == 0) return "empty";
    if (!all_finite()) {
        return fmt::format(
            "not finite: {}{}", counts(),
            finite() == 0 ? "" : (least < most ? ", the rest lies in " : ", the rest is ") + range(*this));
    }
    return fmt::format("finite, {}{}", least < most ? "in " : size > 1 ? "all " : "", range(*this));
}

template <class T>
Numbers numbers(const Tensor<T>& x) {
    Numbers n;
    double least = std::numeric_limits<double>::infinity();
    double most = -least;
    for (const T element : x.storage()) {
        const double v = static_cast<double>(element);
        ++n.size;
        if (std::isnan(v)) {
            ++n.nan;
        } else if (std::isinf(v)) {
            ++(v > 0 ? n.plus_inf : n.minus_inf);
        } else {
            least = std::min(least, v);
            most = std::max(most, v);
        }
    }
    if (n.finite() > 0) {
        n.least = least;
        n.most = most;
    }
    return n;
}

template <class T>
bool all_finite(const Tensor<T>& x) {
    return std::all_of(x.storage().begin(), x.storage().end(), [](T v) { return std::isfinite(v); });
}

template <class T>
std::size_t first_bad(const Tensor<T>& x) {
    const auto bad =
        std::find_if(x.storage().begin(), x.storage().end(), [](T v) { return !std::isfinite(v); });
    return static_cast<std::size_t>(bad - x.storage().begin());
}

template <class T>
double broadcast_at(const Tensor<T>& x, const Shape& shape, std::size_t k) {
    std::size_t position = 0, stride = 1;
    for (std::size_t d = 0; d < x.dimension(); ++d) {
        const std::size_t size = x.shape()[x.dimension() - 1 - d];
        const std::size_t extent = shape[shape.size() - 1 - d];
        position += size == 1 ? 0 : k % extent * stride;
        stride *= size;
        k /= extent;
    }
    return static_cast<double>(x.storage()[position]);
}

std::string at(const Shape& shape, std::size_t k) {
    if (elements(shape) == 1) return "";
    std::string index;
    for (std::size_t d = shape.size(); d-- > 0;) {
        index = fmt::format("{}{}{}", k % shape[d], index.empty() ? "" : ", ", index);
        k /= shape[d];
    }
    return fmt::format(" at [{}]", index);
}

#define INSTANTIATE(T)                                \
    template Numbers numbers(const Tensor<T>&);       \
    template bool all_finite(const Tensor<T>&);       \
    template std::size_t first_bad(const Tensor<T>&); \
    template double broadcast_at(const Tensor<T>&, const Shape&, std::size_t);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck::inspect
