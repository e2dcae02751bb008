// What errors say: the operation, the scope, the line, the shapes, and what made the operands.
#include <tapedeck/core/error.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/tape.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("error: operations are named as the functions that record them") {
    CHECK(function_name("Matmul") == "matmul");
    CHECK(function_name("LayerNorm") == "layer_norm");
    CHECK(function_name("BinaryCrossEntropyWithLogits") == "binary_cross_entropy_with_logits");
    CHECK(function_name("LogSoftmax") == "log_softmax");
    CHECK(function_name("MSELoss") == "mse_loss");
    CHECK(function_name("ReLU") == "relu");
    CHECK(function_name("GELU") == "gelu");
    CHECK(function_name("RMSNorm") == "rms_norm");
    CHECK(function_name("").empty());
}

TEST_CASE("error: all of them are Errors, and runtime_errors") {
    static_assert(std::is_base_of_v<std::runtime_error, Error>);
    static_assert(std::is_base_of_v<Error, ShapeError>);
    static_assert(std::is_base_of_v<Error, ValueError>);
    static_assert(std::is_base_of_v<Error, StaleVariableError>);
    static_assert(std::is_base_of_v<Error, NonFiniteError>);
}

TEST_CASE("error: a misfit names operation, scope, line, shapes and makers") {
    Tape tape;
    Parameter<float> weight(ones<float>({20, 5}), "weight");
    const auto outer = tape.scope("mlp");
    Variable<float> x;
    {
        const auto act = tape.scope("act1");
        x = tanh(tape.input(ones<float>({32, 10})));
    }
    const auto inner = tape.scope("fc2");
    const auto w = tape.parameter(weight);
    const int line = __LINE__ + 1;
    const std::string text = error_text<ShapeError>([&] { matmul(x, w); });
    CHECK(says(text, {"matmul in mlp/fc2 (error_test.cpp:" + std::to_string(line) + "): ", "(32, 10)",
                      "(20, 5)", "the inner sizes 10 and 20 differ", "\n  a was made by entry #1, Tanh in ",
                      "mlp/act1 (error_test.cpp:"}));
    CHECK(text.find("b was made by") == std::string::npos);  // a parameter was made by nobody
}

TEST_CASE("error: operands that do not broadcast") {
    Tape tape;
    const auto x = tape.variable(ones<float>({2, 3}), "x");
    const auto y = exp(tape.variable(ones<float>({4}), "y"));
    CHECK(says(error_text<ShapeError>([&] { x* y; }),
               {"multiply (error_test.cpp:", "(2, 3) and (4)", "do not broadcast", "reshape",
                "the first operand was made by entry #0, Variable \"x\"",
                "the second operand was made by entry #2, Exp"}));
}

TEST_CASE("error: each operation's own misfits") {
    Tape tape;
    const auto x = tape.variable(ones<float>({2, 3}), "x");
    const auto y = tape.variable(ones<float>({3, 2}), "y");
    const auto v = tape.variable(ones<float>({4}), "v");
    const auto text = [](auto f) { return error_text<ShapeError>(f); };
    CHECK(says(text([&] { sum(x, 2); }), {"sum (", "(2, 3)", "axis 2 is out of range", "x was made by"}));
    CHECK(says(text([&] { mean(x, {1, 1}); }), {"mean (", "axis 1 is named twice"}));
    CHECK(says(text([&] { softmax(x, -3); }), {"softmax (", "axis -3"}));
    CHECK(says(text([&] { reshape(x, {4, 2}); }), {"reshape (", "(2, 3)", "6 elements", "(4, 2)", "8"}));
    CHECK(says(text([&] { transpose(v); }), {"transpose (", "(4)", "axis -2"}));
    CHECK(says(text([&] { slice(x, 1, 2, 5); }), {"slice (", "(2, 3)", "2 … 5", "axis 1 has 3"}));
    CHECK(says(text([&] { slice(x, 1, 2, 1); }), {"slice (", "2 … 1"}));
    CHECK(says(text([&] { concat<float>({x, y}); }), {"concat (", "(2, 3)", "input 1 is (3, 2)", "axis 0"}));
    CHECK(says(text([&] { stack<float>({x, y}); }), {"stack (", "(2, 3)", "(3, 2)", "must be equal"}));
    CHECK(says(text([&] { concat<float>({}); }), {"concat (error_test.cpp:", "nothing to join"}));
    CHECK(says(text([&] { linear(x, y); }), {"linear (", "x is (2, 3)", "weight is (3, 2)", "(out, in)"}));
    CHECK(says(text([&] { linear(x, x, std::optional(v)); }), {"linear (", "bias is (4)", "must be (2)"}));
    CHECK(says(text([&] { mse_loss(x, y); }), {"mse_loss (", "(2, 3)", "(3, 2)", "same shape"}));
    CHECK(says(text([&] { cross_entropy(x, {0}); }), {"cross_entropy (", "(2, 3)", "1 target:"}));
    CHECK(says(text([&] { matmul(x, v); }), {"matmul (", "inner sizes 3 and 4"}));
    CHECK(says(text([&] { layer_norm(x, {2}); }), {"layer_norm (", "(2, 3)", "normalized_shape is (2)"}));
    CHECK(says(text([&] { layer_norm(x, {3}, std::optional(v)); }),
               {"layer_norm (", "x is (2, 3)", "weight is (4)", "must be (3)"}));
    CHECK(says(text([&] { batch_norm<float>(v, nullptr); }), {"batch_norm (", "(4)", "(N, C) or (N, C, L)"}));
    RunningStatistics<float> running(2);
    CHECK(says(text([&] { batch_norm(x, &running); }), {"batch_norm (", "(2, 3)", "are (2)"}));
    CHECK(says(text([&] { var(slice(x, 0, 0, 1), 0); }), {"var (", "1 value", "correction 1"}));
    Tensor<std::size_t> index = zeros<std::size_t>({3, 3});
    CHECK(says(text([&] { gather(x, 1, index); }), {"gather (", "(2, 3)", "(3, 3)"}));
}

TEST_CASE("error: values out of range") {
    Tape tape;
    const auto x = tape.variable(ones<float>({2, 3}), "x");
    const auto text = [](auto f) { return error_text<ValueError>(f); };
    CHECK(says(text([&] {
                   cross_entropy(x, {0, 3});
               }),
               {"cross_entropy (", "target 3 of row 1", "(2, 3)", "0 … 2"}));
    Random rng(1);
    CHECK(says(text([&] { dropout(x, 1.5, rng); }), {"dropout (", "p is 1.5"}));
    CHECK_THROWS_AS(dropout(x, std::nan(""), rng), ValueError);
    CHECK(says(text([&] { layer_norm(x, {3}, {}, {}, -1.0); }), {"layer_norm (", "eps is -1"}));
    CHECK(says(text([&] { batch_norm<float>(x, nullptr, {}, {}, {.momentum = 2.0}); }),
               {"batch_norm (", "momentum is 2"}));
    Tensor<std::size_t> index = full<std::size_t>({1, 3}, 2);
    CHECK(says(text([&] { gather(x, 0, index); }), {"gather (", "index 2", "axis 0 has elements 0 … 1"}));
    CHECK(tape.size() == 1);
}

TEST_CASE("tape: an operator that throws leaves no constant behind") {
    Tape tape;
    const auto x = tape.variable(ones<float>({2, 3}));
    CHECK_THROWS_AS(x + xt::ones<float>({4}), ShapeError);
    CHECK(tape.size() == 1);
    CHECK_THROWS_AS(mse_loss(x, ones<float>({4})), ShapeError);
    CHECK(tape.size() == 1);
    const auto mask = full<bool>({7}, false);
    CHECK_THROWS_AS(masked_fill(x, mask, 0), ShapeError);
    CHECK(tape.size() == 1);
}
