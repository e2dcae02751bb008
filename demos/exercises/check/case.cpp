#include "demos/exercises/check/case.hpp"

#include <fmt/format.h>

#include <cmath>

namespace exercises::check {

Case& Case::size(const std::string& what, Size n) { return sizes.emplace_back(what, n), *this; }
Case& Case::number(const std::string& what, double value) { return numbers.emplace_back(what, value), *this; }
Case& Case::index(const std::string& what, std::vector<Size> all) {
    indices.emplace_back(what, std::move(all));
    return *this;
}
Case& Case::given(const std::string& what, Shape shape, Values values) {
    arrays.push_back({what, std::move(shape), std::move(values)});
    return *this;
}
Case& Case::assigned(const std::string& what, Shape shape) {
    const Size n = elements(shape);
    outputs.push_back({{what, std::move(shape), Values(n)}, Use::assigned});
    return *this;
}
Case& Case::added(const std::string& what, Shape shape) {
    const Size n = elements(shape);
    outputs.push_back({{what, std::move(shape), Values(n)}, Use::added_to});
    return *this;
}
Case& Case::changed(const std::string& what, Shape shape, Values start) {
    outputs.push_back({{what, std::move(shape), std::move(start)}, Use::changed});
    return *this;
}
Case& Case::within(double share) {
    tolerance = share;
    return *this;
}

std::string Case::sizes_text() const {
    std::string text;
    for (const auto& [what, n] : sizes) text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", what, n);
    return text;
}

Values wavy(Size count, double phase) {
    Values values(count);
    for (Size i = 0; i < count; ++i) values[i] = 1.5 * std::sin(12.9898 * static_cast<double>(i + 1) + phase);
    return values;
}

Values scaled(Values values, double scale, double offset) {
    for (double& v : values) v = scale * v + offset;
    return values;
}

Size elements(const Shape& shape) {
    Size n = 1;
    for (const Size s : shape) n *= s;
    return n;
}

}  // namespace exercises::check
