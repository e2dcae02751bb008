// Wrong calls of arithmetic: operands that don't fit.
#include "rows.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

template <class T>
void operators(Rows<T>& rows) {
    using W = World<T>;
    const std::string advice =
        "do not broadcast: counted from the last dimension, sizes must be equal or 1. Use reshape";
    rows.template add<ShapeError>(
        "add", [](W& w) { w.x + w.v; },
        {"add in model/layer (", "the shapes (2, 3) and (4)", advice, "first operand was made by entry #",
         "Variable \"x\"", "second operand was made by", "\"v\""});
    rows.template add<ShapeError>("subtract", [](W& w) { w.w - w.x; },
                                  {"subtract in model/layer (", "(3, 2) and (2, 3)", advice});
    rows.template add<ShapeError>("multiply", [](W& w) { w.x* w.w; },
                                  {"multiply in model/layer (", "(2, 3) and (3, 2)", advice});
    rows.template add<ShapeError>("divide", [](W& w) { w.block / w.x; },
                                  {"divide in model/layer (", "(2, 3, 4) and (2, 3)", advice});
    rows.template add<ShapeError>("an expression on the right", [](W& w) { w.x + xt::ones<T>({5}); },
                                  {"add in model/layer (", "(2, 3) and (5)", advice});
    rows.template add<ShapeError>("an expression on the left", [](W& w) { xt::ones<T>({5}) * w.x; },
                                  {"multiply in model/layer (", "(5) and (2, 3)", advice});
    rows.template add<ShapeError>("an empty operand", [](W& w) { w.empty + w.x; },
                                  {"add in model/layer (", "(0, 3) and (2, 3)", advice});
    rows.template add<ShapeError>("pow", [](W& w) { pow(w.x, w.v); },
                                  {"pow in model/layer (", "(2, 3) and (4)", advice});
    rows.template add<ShapeError>("maximum", [](W& w) { maximum(w.x, w.w); },
                                  {"maximum in model/layer (", "(2, 3) and (3, 2)", advice});
    rows.template add<ShapeError>("maximum with an expression", [](W& w) { maximum(w.x, xt::ones<T>({7})); },
                                  {"maximum in model/layer (", "(2, 3) and (7)", advice});
}

template <class T>
void choices(Rows<T>& rows) {
    using W = World<T>;
    rows.template add<ShapeError>(
        "where: the mask", [](W& w) { where(full<bool>({5}, true), w.x, w.x); },
        {"where in model/layer (", "(5), (2, 3) and (2, 3)", "do not broadcast", "first operand was made by",
         "Input \"mask\"", "second operand was made by"});
    rows.template add<ShapeError>("where: the alternative",
                                  [](W& w) {
                                      where(full<bool>({2, 3}, true), w.x, xt::ones<T>({2}));
                                  },
                                  {"where in model/layer (", "(2, 3), (2, 3) and (2)", "do not broadcast"});
    rows.template add<ShapeError>(
        "masked_fill",
        [](W& w) {
            masked_fill(w.x, full<bool>({3, 2}, true), 0);
        },
        {"masked_fill in model/layer (", "x is (2, 3), mask is (3, 2)", "broadcast", "x was made by"});
}

template <class T>
void products(Rows<T>& rows) {
    using W = World<T>;
    rows.template add<ShapeError>(
        "matmul: the inner sizes", [](W& w) { matmul(w.x, w.x); },
        {"matmul in model/layer (", "a is (2, 3), b is (2, 3)", "inner sizes 3 and 2 differ", "transpose",
         "a was made by entry #", "b was made by"});
    rows.template add<ShapeError>(
        "matmul: a vector", [](W& w) { matmul(w.x, w.v); },
        {"matmul in model/layer (", "a is (2, 3), b is (4)", "inner sizes 3 and 4 differ"});
    rows.template add<ShapeError>(
        "matmul: a scalar", [](W& w) { matmul(w.number, w.x); },
        {"matmul in model/layer (", "a is (), b is (2, 3)", "a scalar has no matrix product; use *"});
    rows.template add<ShapeError>(
        "matmul: the leading dimensions", [](W& w) { matmul(w.block, w.y); },
        {"matmul in model/layer (", "a is (2, 3, 4), b is (3, 4, 2)",
         "leading dimensions (2) and (3) do not broadcast"},
        [](W& w) {
            w.y = reshape(w.block, {3, 4, 2});
        });
    rows.template add<ShapeError>(
        "linear: x", [](W& w) { linear(w.v, w.x); },
        {"linear in model/layer (", "x is (4), weight is (2, 3)", "(out, in)", "last dimension must be 3"});
    rows.template add<ShapeError>("linear: a weight the other way round", [](W& w) { linear(w.x, w.w); },
                                  {"linear in model/layer (", "x is (2, 3), weight is (3, 2)", "(out, in)"});
    rows.template add<ShapeError>("linear: a weight of rank 1", [](W& w) { linear(w.x, w.v); },
                                  {"linear in model/layer (", "x is (2, 3), weight is (4)", "(out, in)"});
    rows.template add<ShapeError>("linear: a scalar", [](W& w) { linear(w.number, w.x); },
                                  {"linear in model/layer (", "x is (), weight is (2, 3)"});
    rows.template add<ShapeError>(
        "linear: the bias", [](W& w) { linear(w.x, w.x, std::optional(w.v)); },
        {"linear in model/layer (", "weight is (2, 3), bias is (4)", "must be (2)", "bias was made by"});
}

}  // namespace

TEST_CASE("misuse: operators") { TAPEDECK_CHECK_ROWS(operators); }
TEST_CASE("misuse: where and masked_fill") { TAPEDECK_CHECK_ROWS(choices); }
TEST_CASE("misuse: products") { TAPEDECK_CHECK_ROWS(products); }
