#include <doctest/doctest.h>

#include <cmath>

#include "family.hpp"

using namespace tapedeck;
using parity::operation;

namespace {

const parity::Table table{
    {"attention", operation([](auto& r) {
         const auto scores = matmul(r("q"), transpose(r("k"))) / std::sqrt(4.0);
         return matmul(softmax(scores), r("v"));
     })},
    {"causal attention", operation([](auto& r) {
         using T = std::remove_cvref_t<decltype(r("q").item())>;
         const auto scores = matmul(r("q"), transpose(r("k"))) / 2;
         return matmul(softmax(masked_fill(scores, r.mask("mask"), -static_cast<T>(INFINITY))), r("v"));
     })},
    {"log-sum-exp", operation([](auto& r) {
         const auto x = r("x");
         const auto largest = detach(max(x, 1, true));
         return log(sum(exp(x - largest), 1)) + reshape(largest, {x.shape()[0]});
     })},
    {"pre-LN block", operation([](auto& r) {
         const auto x = r("x");
         const auto normalized = layer_norm(x, {x.shape()[1]}, r("gamma"), r("beta"));
         return x + linear(gelu(linear(normalized, r("w1"), r("b1"))), r("w2"));
     })},
    {"shared terms", operation([](auto& r) {
         const auto x = r("x");
         const auto y = r("y");
         const auto a = tanh(x * y);
         const auto b = a + x;
         const auto c = sigmoid(b) * a - b / y;
         return concat({sum(c, 0, true) * b, maximum(a, c)}, 0);
     })},
    {"cosine similarity", operation([](auto& r) {
         const auto x = r("x");
         const auto y = r("y");
         return sum(x * y, 1) / (pow(sum(pow(x, 2), 1), 0.5) * pow(sum(pow(y, 2), 1), 0.5));
     })},
    {"matrix power", operation([](auto& r) {
         const auto x = r("x");
         return matmul(matmul(matmul(x, x), x), x);
     })},
};

}  // namespace

TEST_CASE("Programs of several operations agree with PyTorch") {
    parity::check_family("programs", table, 15);
}
