#include "demos/exercises/check/words.hpp"

#include <fmt/format.h>

namespace exercises::check {
namespace {

std::string digits(double value, int count) { return fmt::format("{:.{}g}", value, count); }

}  // namespace

std::string name_text(const Array& array) { return array.shape.empty() ? "what it returns" : array.name; }

std::string element_text(const Array& array, Size element) {
    if (array.shape.empty()) return name_text(array);
    std::string index;
    for (Size d = array.shape.size(); d-- > 0; element /= array.shape[d])
        index = fmt::format("{}{}{}", element % array.shape[d], index.empty() ? "" : ", ", index);
    return fmt::format("{}[{}]", array.name, index);
}

std::string but(double got, double expected, const std::string& expected_by) {
    int count = 5;
    while (count < 17 && digits(got, count) == digits(expected, count)) count += 3;
    return fmt::format("is {}, and {} gives {}", digits(got, count), expected_by, digits(expected, count));
}

std::string where_text(const Part& part, const Attempt& attempt, const Difference& d) {
    const Array& got = attempt.got[d.output];
    std::string text = fmt::format(
        "With {} ({}), {} {}", attempt.of->name, attempt.of->sizes_text(), element_text(got, d.element),
        but(got.values[d.element], attempt.expected[d.output].values[d.element], part.library));
    if (got.values.size() > 1)
        text += fmt::format("; {} of {} elements of {} differ", d.count, got.values.size(), got.name);
    return text + ".";
}

}  // namespace exercises::check
