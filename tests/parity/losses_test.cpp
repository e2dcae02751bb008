#include <doctest/doctest.h>

#include "family.hpp"

using namespace tapedeck;
using parity::operation;

namespace {

/// f(x, target), where the target may be a number.
template <class F>
auto against_target(F f) {
    return operation([f](auto& r) {
        const auto x = r("x");
        if (r.options().contains("target")) return f(x, r.number("target"));
        return f(x, r("target"));
    });
}

const parity::Table table{
    {"softmax",
     operation([](auto& r) { return softmax(r("x"), r.options().at("axis").template get<int>()); })},
    {"log_softmax",
     operation([](auto& r) { return log_softmax(r("x"), r.options().at("axis").template get<int>()); })},
    {"mse_loss", against_target([](auto x, auto target) { return mse_loss(x, target); })},
    {"binary_cross_entropy_with_logits",
     against_target([](auto x, auto target) { return binary_cross_entropy_with_logits(x, target); })},
    {"cross_entropy", operation([](auto& r) {
         return cross_entropy(r("logits"),
                              r.options().at("targets").template get<std::vector<std::size_t>>());
     })},
};

}  // namespace

TEST_CASE("Softmax and the losses agree with PyTorch") { parity::check_family("losses", table, 55); }
