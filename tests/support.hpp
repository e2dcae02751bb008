// What several tests share: tensors in one line, and the text of an error.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <tapedeck/core/tensor.hpp>
#include <vector>

namespace tapedeck::test {

/// The environment's TAPEDECK_TEST_SEED, or 0: it shifts all that is random in the tests. Name it in the
/// message of a failure, so that the failure can be repeated.
inline std::uint64_t test_seed() {
    const char* given = std::getenv("TAPEDECK_TEST_SEED");
    return given == nullptr ? 0 : std::strtoull(given, nullptr, 10);
}
/// A test's own seed, shifted.
inline std::uint64_t test_seed(std::uint64_t own) { return own + 1000003 * test_seed(); }

/// tensor<float>({2, 2}, {1, 2, 3, 4})
template <class T = float>
Tensor<T> tensor(const Shape& shape, std::initializer_list<double> values) {
    Tensor<T> result = Tensor<T>::from_shape(shape);
    REQUIRE(result.size() == values.size());
    std::size_t i = 0;
    for (const double value : values) result.storage()[i++] = static_cast<T>(value);
    return result;
}

template <class T>
std::vector<T> list(const Tensor<T>& x) {
    return {x.storage().begin(), x.storage().end()};
}

/// Every element within `tolerance` of what is expected.
template <class T>
void check_near(const Tensor<T>& x, std::initializer_list<double> expected, double tolerance = 1e-6) {
    REQUIRE(x.size() == expected.size());
    std::size_t i = 0;
    for (const double e : expected) {
        const double found = static_cast<double>(x.storage()[i]);
        CAPTURE(i);
        CAPTURE(found);
        CAPTURE(e);
        CHECK(std::abs(found - e) <= tolerance);
        ++i;
    }
}

/// What f's exception says; it must be an E. "" when there is none.
template <class E, class F>
std::string error_text(F f) {
    try {
        f();
    } catch (const E& error) {
        return error.what();
    }
    FAIL_CHECK("no exception was thrown");
    return "";
}

/// All of these parts stand in the text, in this order.
inline bool says(std::string_view text, std::initializer_list<std::string_view> parts) {
    std::size_t from = 0;
    for (const std::string_view part : parts) {
        from = text.find(part, from);
        if (from == std::string_view::npos) {
            MESSAGE("\"" << part << "\" is not in, or out of order in: " << text);
            return false;
        }
        from += part.size();
    }
    return true;
}

}  // namespace tapedeck::test
