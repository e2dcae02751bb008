// Wrong calls of what reduces, reshapes, takes apart and joins.
#include "rows.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

constexpr std::size_t minus(std::size_t n) { return 0 - n; }  // what a negative int becomes as an index

template <class T>
void axes(Rows<T>& rows) {
    using W = World<T>;
    rows.template add<ShapeError>("sum: an axis too high", [](W& w) { sum(w.x, 2); },
                                  {"sum in model/layer (", "x is (2, 3)", "axis 2 is out of range", "-2 … 1",
                                   "x was made by entry #", "\"x\""});
    rows.template add<ShapeError>(
        "sum: an axis too low",
        [](W& w) {
            sum(w.x, {0, -3});
        },
        {"sum in model/layer (", "x is (2, 3)", "axis -3 is out of range", "-2 … 1"});
    rows.template add<ShapeError>("sum: a scalar's second axis", [](W& w) { sum(w.number, 1); },
                                  {"sum in model/layer (", "x is ()", "axis 1 is out of range", "-1 … 0"});
    rows.template add<ShapeError>(
        "mean: an axis twice",
        [](W& w) {
            mean(w.x, {1, -1});
        },
        {"mean in model/layer (", "x is (2, 3)", "axis 1 is named twice", "each axis once"});
    rows.template add<ShapeError>(
        "max: nothing", [](W& w) { max(w.empty); },
        {"max in model/layer (", "x is (0, 3)", "no largest element", "at least one"});
    rows.template add<ShapeError>("max: an axis", [](W& w) { max(w.v, 1); },
                                  {"max in model/layer (", "x is (4)", "axis 1 is out of range"});
    rows.template add<ShapeError>("var: one value", [](W& w) { var(w.number); },
                                  {"var in model/layer (", "x is ()", "variance of 1 value", "correction 1",
                                   "divide by 0", "correction 0"});
    rows.template add<ShapeError>(
        "var: nothing", [](W& w) { var(w.empty, 0, false, 0); },
        {"var in model/layer (", "x is (0, 3)", "variance of 0 values", "divide by 0", "more values"});
    rows.template add<ShapeError>(
        "var: too large a correction", [](W& w) { var(w.x, 0, false, 2); },
        {"var in model/layer (", "x is (2, 3)", "variance of 2 values", "correction 2"});
    rows.template add<ValueError>("var: a negative correction", [](W& w) { var(w.x, 0, false, -1); },
                                  {"var in model/layer (", "correction is -1", "must not be negative"});
    rows.template add<ShapeError>(
        "softmax", [](W& w) { softmax(w.x, 2); },
        {"softmax in model/layer (", "x is (2, 3)", "axis 2 is out of range", "-2 … 1"});
    rows.template add<ShapeError>(
        "log_softmax", [](W& w) { log_softmax(w.v, -2); },
        {"log_softmax in model/layer (", "x is (4)", "axis -2 is out of range", "-1 … 0"});
    rows.template add_without_line<ShapeError>("more axes than there can be",
                                               [](W& w) {
                                                   sum(w.x, {0, 1, 2, 3, 4, 5, 6, 7, 8});
                                               },
                                               {"9 axes", "at most 8"});
}

template <class T>
void views(Rows<T>& rows) {
    using W = World<T>;
    rows.template add<ShapeError>(
        "reshape: the number of elements",
        [](W& w) {
            reshape(w.x, {4, 2});
        },
        {"reshape in model/layer (", "x is (2, 3) with 6 elements", "(4, 2) has 8", "x was made by"});
    rows.template add<ShapeError>(
        "reshape: -1, as in PyTorch",
        [](W& w) {
            reshape(w.x, {minus(1), 2});
        },
        {"reshape in model/layer (", "x is (2, 3)", "(-1, 2)", "write each size out"});
    rows.template add<ShapeError>("reshape: sizes whose product overflows",
                                  [](W& w) {
                                      reshape(w.empty, {std::size_t{1} << 63U, 2});
                                  },
                                  {"reshape in model/layer (", "x is (0, 3) with 0 elements"});
    rows.template add<ShapeError>(
        "transpose: a vector", [](W& w) { transpose(w.v); },
        {"transpose in model/layer (", "x is (4)", "axis -2 is out of range", "-1 … 0"});
    rows.template add<ShapeError>("transpose: an axis", [](W& w) { transpose(w.x, 0, 2); },
                                  {"transpose in model/layer (", "x is (2, 3)", "axis 2 is out of range"});
    rows.template add<ShapeError>(
        "slice: beyond the end", [](W& w) { slice(w.x, 1, 2, 5); },
        {"slice in model/layer (", "x is (2, 3)", "2 … 5", "axis 1 has 3", "x was made by"});
    rows.template add<ShapeError>("slice: backwards", [](W& w) { slice(w.x, 1, 2, 1); },
                                  {"slice in model/layer (", "x is (2, 3)", "2 … 1", "start", "stop"});
    rows.template add<ShapeError>("slice: from the end, as in PyTorch",
                                  [](W& w) { slice(w.x, 1, minus(2), 3); },
                                  {"slice in model/layer (", "x is (2, 3)", "-2 … 3", "counted from 0"});
    rows.template add<ShapeError>("slice: an axis", [](W& w) { slice(w.x, -3, 0, 1); },
                                  {"slice in model/layer (", "x is (2, 3)", "axis -3 is out of range"});
    rows.template add<ShapeError>("slice: a scalar", [](W& w) { slice(w.number, 0, 0, 1); },
                                  {"slice in model/layer (", "x is ()", "axis 0 is out of range", "no axis"});
}

template <class T>
void joins(Rows<T>& rows) {
    using W = World<T>;
    using Parts = std::vector<Variable<T>>;
    rows.template add<ShapeError>("concat: nothing", [](W&) { concat(Parts{}); },
                                  {"concat (", "nothing to join; give at least one"});
    rows.template add<ShapeError>("stack: nothing", [](W&) { stack(Parts{}); },
                                  {"stack (", "nothing to join; give at least one"});
    rows.template add<ShapeError>(
        "concat: other sizes",
        [](W& w) {
            concat({w.x, w.w});
        },
        {"concat in model/layer (", "input 0 is (2, 3), input 1 is (3, 2)", "must be equal but for axis 0",
         "input 0 was made by", "input 1 was made by"});
    rows.template add<ShapeError>("concat: other ranks",
                                  [](W& w) {
                                      concat({w.x, w.x, w.v}, 1);
                                  },
                                  {"concat in model/layer (", "input 0 is (2, 3), input 2 is (4)",
                                   "must be equal but for axis 1", "input 2 was made by"});
    rows.template add<ShapeError>(
        "concat: an axis",
        [](W& w) {
            concat({w.x, w.x}, 2);
        },
        {"concat in model/layer (", "input 0 is (2, 3)", "axis 2 is out of range", "-2 … 1"});
    rows.template add<ShapeError>("concat: scalars",
                                  [](W& w) {
                                      concat({w.number, w.number});
                                  },
                                  {"concat in model/layer (", "input 0 is ()", "no axis", "stack"});
    rows.template add<ShapeError>("stack: other shapes",
                                  [](W& w) {
                                      stack({w.x, w.w});
                                  },
                                  {"stack in model/layer (", "input 0 is (2, 3), input 1 is (3, 2)",
                                   "must be equal", "input 1 was made by"});
    rows.template add<ShapeError>(
        "stack: an axis",
        [](W& w) {
            stack({w.x, w.x}, 3);
        },
        {"stack in model/layer (", "input 0 is (2, 3)", "axis 3 is out of range", "-3 … 2"});
    rows.template add<ValueError>("gather: an index",
                                  [](W& w) {
                                      gather(w.x, 0, full<std::size_t>({1, 3}, 2));
                                  },
                                  {"gather in model/layer (", "index 2 is out of range", "x is (2, 3)",
                                   "axis 0", "0 … 1", "x was made by"});
    rows.template add<ValueError>(
        "gather: a negative index",
        [](W& w) {
            gather(w.x, 1, full<std::size_t>({2, 1}, minus(1)));
        },
        {"gather in model/layer (", "index -1 is out of range", "x is (2, 3)", "0 … 2"});
    rows.template add<ValueError>(
        "gather: from nothing",
        [](W& w) {
            gather(w.empty, 0, full<std::size_t>({1, 3}, 0));
        },
        {"gather in model/layer (", "index 0 is out of range", "x is (0, 3)", "axis 0 has no elements"});
    rows.template add<ShapeError>("gather: the index's rank",
                                  [](W& w) { gather(w.x, 1, full<std::size_t>({2}, 0)); },
                                  {"gather in model/layer (", "x is (2, 3), index is (2)", "x's rank"});
    rows.template add<ShapeError>("gather: the index's sizes",
                                  [](W& w) {
                                      gather(w.x, 1, full<std::size_t>({3, 3}, 0));
                                  },
                                  {"gather in model/layer (", "x is (2, 3), index is (3, 3)", "off axis 1"});
    rows.template add<ShapeError>("gather: an axis",
                                  [](W& w) {
                                      gather(w.x, 2, full<std::size_t>({2, 3}, 0));
                                  },
                                  {"gather in model/layer (", "x is (2, 3)", "axis 2 is out of range"});
}

}  // namespace

TEST_CASE("misuse: axes") { TAPEDECK_CHECK_ROWS(axes); }
TEST_CASE("misuse: reshape, transpose and slice") { TAPEDECK_CHECK_ROWS(views); }
TEST_CASE("misuse: concat, stack and gather") { TAPEDECK_CHECK_ROWS(joins); }
