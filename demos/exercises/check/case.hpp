// Case: one input that a function is tried on, and what it is to write.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace exercises::check {

using Size = std::size_t;
using Shape = std::vector<Size>;
using Values = std::vector<double>;

/// Row-major, with the name that it has in the student's function.
struct Array {
    std::string name;
    Shape shape;  ///< empty: one number, which is returned
    Values values;
};

/// What becomes of an array that a function is handed.
enum class Use {
    assigned,  ///< what is in it before doesn't count
    added_to,  ///< a gradient: another use of the same variable may have left its share
    changed    ///< a state: what is in it before is needed
};

/// An array that a function is to write.
struct Output {
    Array start;  ///< zeros, except for a state
    Use use;
};

/// Filled by chaining: Case("a batch of one").size("m", 1).given("x", {1, 4}, values).added("dx", {1, 4})
struct Case {
    std::string name;
    std::vector<std::pair<std::string, Size>> sizes;
    std::vector<std::pair<std::string, double>> numbers;
    std::vector<std::pair<std::string, std::vector<Size>>> indices;
    std::vector<Array> arrays;
    std::vector<Output> outputs;
    double tolerance = 1e-9;  ///< of the largest number in an array

    explicit Case(std::string its_name) : name(std::move(its_name)) {}
    Case& size(const std::string& what, Size n);
    Case& number(const std::string& what, double value);
    Case& index(const std::string& what, std::vector<Size> all);
    Case& given(const std::string& what, Shape shape, Values values);
    Case& assigned(const std::string& what, Shape shape);
    Case& added(const std::string& what, Shape shape);
    Case& changed(const std::string& what, Shape shape, Values start);
    Case& within(double share);

    /// "m = 3, n = 4"
    std::string sizes_text() const;
};

/// So many numbers between -1.5 and 1.5, others for each phase.
Values wavy(Size count, double phase);
/// scale * values + offset
Values scaled(Values values, double scale, double offset = 0);
/// How many numbers there are.
Size elements(const Shape& shape);

}  // namespace exercises::check
