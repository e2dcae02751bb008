#include <doctest/doctest.h>

#include "family.hpp"

using namespace tapedeck;
using parity::operation;

namespace {

/// f alone, and in two places of one program: f(x) * x + f(x).
template <class F>
void add(parity::Table& table, const std::string& name, F f) {
    table[name] = operation([f](auto& r) { return f(r("x")); });
    table[name + " twice"] = operation([f](auto& r) {
        const auto x = r("x");
        return f(x) * x + f(x);
    });
}

parity::Table make_table() {
    parity::Table table;
    add(table, "exp", [](auto x) { return exp(x); });
    add(table, "log", [](auto x) { return log(x); });
    add(table, "sqrt", [](auto x) { return sqrt(x); });
    add(table, "square", [](auto x) { return square(x); });
    add(table, "abs", [](auto x) { return abs(x); });
    add(table, "tanh", [](auto x) { return tanh(x); });
    add(table, "sigmoid", [](auto x) { return sigmoid(x); });
    add(table, "relu", [](auto x) { return relu(x); });
    add(table, "gelu", [](auto x) { return gelu(x); });
    return table;
}

}  // namespace

TEST_CASE("Functions of one operand agree with PyTorch") {
    parity::check_family("elementwise", make_table(), 90);
}
