#include <doctest/doctest.h>

#include "family.hpp"

using namespace tapedeck;
using parity::operation;

namespace {

int axis(const auto& r) { return r.options().at("axis").template get<int>(); }

const parity::Table table{
    {"reshape", operation([](auto& r) { return reshape(r("x"), r.shape("shape")); })},
    {"transpose", operation([](auto& r) {
         const Axes axes = r.axes("axes");
         return transpose(r("x"), axes.axis[0], axes.axis[1]);
     })},
    {"detach", operation([](auto& r) {
         const auto x = r("x");
         return detach(x) * x;
     })},
    {"slice", operation([](auto& r) {
         return slice(r("x"), axis(r), r.options().at("start").template get<std::size_t>(),
                      r.options().at("stop").template get<std::size_t>());
     })},
    {"overlapping slices", operation([](auto& r) {
         const auto x = r("x");
         return slice(x, 1, 0, 4) * slice(x, 1, 2, 6) + slice(x, 1, 1, 5);
     })},
    {"concat", operation([](auto& r) { return concat(r.all(), axis(r)); })},
    {"stack", operation([](auto& r) { return stack(r.all(), axis(r)); })},
    {"gather", operation([](auto& r) { return gather(r("x"), axis(r), r.indices("index")); })},
};

}  // namespace

TEST_CASE("Shapes and parts agree with PyTorch") { parity::check_family("parts", table, 55); }
