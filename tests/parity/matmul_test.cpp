#include <doctest/doctest.h>

#include "family.hpp"

using namespace tapedeck;
using parity::operation;

namespace {

const parity::Table table{
    {"matmul", operation([](auto& r) {
         const auto a = r("a");
         return matmul(a, r("b"));
     })},
    {"linear", operation([](auto& r) {
         const auto x = r("x");
         const auto weight = r("weight");
         return linear(x, weight, r.if_there("bias"));
     })},
};

}  // namespace

TEST_CASE("Products agree with PyTorch") { parity::check_family("matmul", table, 60); }
