#include <doctest/doctest.h>

#include "family.hpp"

using namespace tapedeck;
using parity::operation;

namespace {

/// f(a, b), where a number of the options may stand for either.
template <class F>
auto binary(F f) {
    return operation([f](auto& r) {
        const auto& options = r.options();
        if (options.contains("left")) return f(options["left"].template get<double>(), r("b"));
        if (options.contains("right")) return f(r("a"), options["right"].template get<double>());
        const auto a = r("a");
        return f(a, r("b"));
    });
}

/// The same where only the right one may be a number.
template <class F>
auto binary_of_variable(F f) {
    return operation([f](auto& r) {
        const auto a = r("a");
        if (r.options().contains("right")) return f(a, r.number("right"));
        return f(a, r("b"));
    });
}

const parity::Table table{
    {"add", binary([](auto a, auto b) { return a + b; })},
    {"subtract", binary([](auto a, auto b) { return a - b; })},
    {"multiply", binary([](auto a, auto b) { return a * b; })},
    {"divide", binary([](auto a, auto b) { return a / b; })},
    {"negate", operation([](auto& r) { return -r("a"); })},
    {"pow", binary_of_variable([](auto a, auto b) { return pow(a, b); })},
    {"maximum", binary_of_variable([](auto a, auto b) { return maximum(a, b); })},
    {"where", operation([](auto& r) {
         const auto mask = r.mask("mask");
         const auto a = r("a");
         if (r.options().contains("right")) return where(mask, a, r.number("right"));
         return where(mask, a, r("b"));
     })},
    {"masked_fill", operation([](auto& r) {
         using T = std::remove_cvref_t<decltype(r("x").item())>;
         const double value = std::stod(r.options()["value"].template get<std::string>());
         return masked_fill(r("x"), r.mask("mask"), static_cast<T>(value));
     })},
};

}  // namespace

TEST_CASE("Arithmetic agrees with PyTorch") { parity::check_family("arithmetic", table, 150); }
