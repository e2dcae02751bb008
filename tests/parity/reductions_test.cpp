#include <doctest/doctest.h>

#include "family.hpp"

using namespace tapedeck;
using parity::operation;

namespace {

const parity::Table table{
    {"sum", operation([](auto& r) { return sum(r("x"), r.axes("axes"), r.flag("keep_dims")); })},
    {"mean", operation([](auto& r) { return mean(r("x"), r.axes("axes"), r.flag("keep_dims")); })},
    {"max", operation([](auto& r) { return max(r("x"), r.axes("axes"), r.flag("keep_dims")); })},
    {"var", operation([](auto& r) {
         return var(r("x"), r.axes("axes"), r.flag("keep_dims"), static_cast<int>(r.number("correction")));
     })},
};

}  // namespace

TEST_CASE("Reductions agree with PyTorch") { parity::check_family("reductions", table, 80); }
