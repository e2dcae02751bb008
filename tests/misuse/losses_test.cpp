// Wrong calls of losses, normalizations and dropout.
#include <limits>

#include "rows.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

constexpr std::size_t minus(std::size_t n) { return 0 - n; }  // what a label of -1 becomes
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class T>
void losses(Rows<T>& rows) {
    using W = World<T>;
    rows.template add<ShapeError>(
        "mse_loss: the target's shape", [](W& w) { mse_loss(w.x, w.w); },
        {"mse_loss in model/layer (", "x is (2, 3), target is (3, 2)",
         "must have the same shape; use reshape", "x was made by", "target was made by"});
    rows.template add<ShapeError>(
        "mse_loss: a target that would broadcast",
        [](W& w) {
            mse_loss(w.x, xt::ones<T>({2, 1}));
        },
        {"mse_loss in model/layer (", "x is (2, 3), target is (2, 1)", "must have the same shape"});
    rows.template add<ShapeError>(
        "mse_loss: nothing", [](W& w) { mse_loss(w.empty, w.empty); },
        {"mse_loss in model/layer (", "x is (0, 3)", "the mean over nothing has no value", "at least one"});
    rows.template add<ShapeError>(
        "binary_cross_entropy_with_logits: the target's shape",
        [](W& w) {
            binary_cross_entropy_with_logits(w.v, xt::ones<T>({4, 1}));
        },
        {"binary_cross_entropy_with_logits in model/layer (", "x is (4), target is (4, 1)", "same shape"});
    rows.template add<ShapeError>(
        "binary_cross_entropy_with_logits: nothing",
        [](W& w) { binary_cross_entropy_with_logits(w.empty, T(1)); },
        {"binary_cross_entropy_with_logits in model/layer (", "x is (0, 3)", "the mean over nothing"});
    rows.template add<ShapeError>("cross_entropy: too few labels", [](W& w) { cross_entropy(w.x, {0}); },
                                  {"cross_entropy in model/layer (", "logits are (2, 3), with 1 target:",
                                   "one target a row", "logits was made by"});
    rows.template add<ShapeError>(
        "cross_entropy: too many labels",
        [](W& w) {
            cross_entropy(w.x, {0, 1, 2});
        },
        {"cross_entropy in model/layer (", "logits are (2, 3), with 3 targets:", "one target a row"});
    rows.template add<ShapeError>(
        "cross_entropy: logits of rank 1", [](W& w) { cross_entropy(w.v, {0}); },
        {"cross_entropy in model/layer (", "logits are (4), with 1 target:", "(N, C)"});
    rows.template add<ShapeError>(
        "cross_entropy: logits of rank 3",
        [](W& w) {
            cross_entropy(w.block, {0, 1});
        },
        {"cross_entropy in model/layer (", "logits are (2, 3, 4), with 2 targets:", "(N, C)"});
    rows.template add<ShapeError>(
        "cross_entropy: no rows", [](W& w) { cross_entropy(w.empty, std::vector<std::size_t>{}); },
        {"cross_entropy in model/layer (", "logits are (0, 3), with 0 targets:", "at least 1"});
    rows.template add<ShapeError>(
        "cross_entropy: no classes",
        [](W& w) {
            cross_entropy(w.y, {0, 0});
        },
        {"cross_entropy in model/layer (", "logits are (2, 0), with 2 targets:", "at least 1"},
        [](W& w) { w.y = slice(w.x, 1, 0, 0); });
    rows.template add<ValueError>("cross_entropy: a label out of range",
                                  [](W& w) {
                                      cross_entropy(w.x, {0, 3});
                                  },
                                  {"cross_entropy in model/layer (", "target 3 of row 1 is out of range",
                                   "logits are (2, 3)", "0 … 2"});
    rows.template add<ValueError>("cross_entropy: a label of -1",
                                  [](W& w) {
                                      cross_entropy(w.x, {minus(1), 0});
                                  },
                                  {"cross_entropy in model/layer (", "target -1 of row 0 is out of range",
                                   "logits are (2, 3)", "0 … 2"});
    rows.template add<ValueError>("cross_entropy: PyTorch's label for a row to ignore",
                                  [](W& w) {
                                      cross_entropy(w.x, {1, minus(100)});
                                  },
                                  {"cross_entropy in model/layer (", "target -100 of row 1 is out of range"});
}

template <class T>
void normalizations(Rows<T>& rows) {
    using W = World<T>;
    using Running = RunningStatistics<T>;
    rows.template add<ShapeError>("layer_norm: normalized_shape", [](W& w) { layer_norm(w.x, {2}); },
                                  {"layer_norm in model/layer (", "x is (2, 3), normalized_shape is (2)",
                                   "last dimensions", "x was made by"});
    rows.template add<ShapeError>(
        "layer_norm: no normalized_shape", [](W& w) { layer_norm(w.x, {}); },
        {"layer_norm in model/layer (", "x is (2, 3), normalized_shape is ()", "must not be empty"});
    rows.template add<ShapeError>("layer_norm: more dimensions than x has",
                                  [](W& w) {
                                      layer_norm(w.v, {1, 4});
                                  },
                                  {"layer_norm in model/layer (", "x is (4), normalized_shape is (1, 4)"});
    rows.template add<ShapeError>(
        "layer_norm: a size of 0", [](W& w) { layer_norm(w.y, {0}); },
        {"layer_norm in model/layer (", "x is (2, 0), normalized_shape is (0)"},
        [](W& w) { w.y = slice(w.x, 1, 0, 0); });
    rows.template add<ShapeError>(
        "layer_norm: the weight", [](W& w) { layer_norm(w.x, {3}, std::optional(w.v)); },
        {"layer_norm in model/layer (", "x is (2, 3), weight is (4)", "weight must be (3)"});
    rows.template add<ShapeError>(
        "layer_norm: the bias", [](W& w) { layer_norm(w.x, {3}, {}, std::optional(w.v)); },
        {"layer_norm in model/layer (", "x is (2, 3), bias is (4)", "bias must be (3)"});
    rows.template add<ValueError>("layer_norm: eps", [](W& w) { layer_norm(w.x, {3}, {}, {}, -1e-5); },
                                  {"layer_norm in model/layer (", "eps is -1e-05", "must not be negative"});
    rows.template add<ValueError>("layer_norm: an eps that is no number",
                                  [](W& w) { layer_norm(w.x, {3}, {}, {}, kNaN); },
                                  {"layer_norm in model/layer (", "eps is nan"});
    rows.template add<NonFiniteError>(
        "layer_norm: a constant row without eps", [](W& w) { layer_norm(w.y, {3}, {}, {}, 0.0); },
        {"layer_norm in model/layer (", "row 0 of 2 is constant", "eps is 0", "give a positive eps",
         "x was made by"},
        [](W& w) { w.y = w.x * 0; });
    rows.template add<ShapeError>("batch_norm: x", [](W& w) { batch_norm<T>(w.v, nullptr); },
                                  {"batch_norm in model/layer (", "x is (4)", "(N, C) or (N, C, L)"});
    rows.template add<ShapeError>(
        "batch_norm: no channels", [](W& w) { batch_norm<T>(w.y, nullptr); },
        {"batch_norm in model/layer (", "x is (2, 0)", "C at least 1"},
        [](W& w) { w.y = slice(w.x, 1, 0, 0); });
    rows.template add<ShapeError>(
        "batch_norm: other running statistics",
        [](W& w) {
            Running four(4);
            batch_norm(w.x, &four);
        },
        {"batch_norm in model/layer (", "x is (2, 3), the running statistics are", "(4)"});
    rows.template add<ShapeError>("batch_norm: running statistics of two sizes",
                                  [](W& w) {
                                      Running odd(3);
                                      odd.var = ones<T>({2});
                                      batch_norm(w.x, &odd);
                                  },
                                  {"batch_norm in model/layer (", "x is (2, 3)",
                                   "running statistics are (3) in mean, (2) in variance"});
    rows.template add<ShapeError>(
        "batch_norm: the weight", [](W& w) { batch_norm<T>(w.x, nullptr, std::optional(w.v)); },
        {"batch_norm in model/layer (", "x is (2, 3), weight is (4)", "weight must be (3)"});
    rows.template add<ValueError>("batch_norm: eps",
                                  [](W& w) { batch_norm<T>(w.x, nullptr, {}, {}, {.eps = -1}); },
                                  {"batch_norm in model/layer (", "eps is -1", "must not be negative"});
    rows.template add<ValueError>("batch_norm: momentum",
                                  [](W& w) { batch_norm<T>(w.x, nullptr, {}, {}, {.momentum = 1.5}); },
                                  {"batch_norm in model/layer (", "momentum is 1.5", "0 … 1"});
    rows.template add<ValueError>(
        "batch_norm: a batch of one", [](W& w) { batch_norm<T>(w.y, nullptr); },
        {"batch_norm in model/layer (", "more than 1 value per channel", "(1, 3)", "larger batch", "eval()"},
        [](W& w) { w.y = slice(w.x, 0, 0, 1); });
    rows.template add<ValueError>("batch_norm: an empty batch", [](W& w) { batch_norm<T>(w.empty, nullptr); },
                                  {"batch_norm in model/layer (", "more than 1 value per channel", "(0, 3)"});
    rows.template add<NonFiniteError>(
        "batch_norm: a constant channel without eps",
        [](W& w) { batch_norm<T>(w.y, nullptr, {}, {}, {.eps = 0}); },
        {"batch_norm in model/layer (", "channel 0 of 3", "eps is 0", "give a positive eps"},
        [](W& w) { w.y = w.x * 0; });
    rows.template add<ShapeError>("rms_norm: normalized_shape", [](W& w) { rms_norm(w.x, {2}); },
                                  {"rms_norm in model/layer (", "x is (2, 3), normalized_shape is (2)"});
    rows.template add<ValueError>("rms_norm: eps", [](W& w) { rms_norm(w.x, {3}, {}, -1.0); },
                                  {"rms_norm in model/layer (", "eps is -1"});
    rows.template add<ShapeError>("rms_norm: the weight",
                                  [](W& w) { rms_norm(w.x, {3}, std::optional(w.v)); },
                                  {"rms_norm in model/layer (", "x is (2, 3), weight is (4)", "must be (3)"});
    rows.template add<ValueError>(
        "group_norm: groups that don't divide", [](W& w) { group_norm(w.x, 2); },
        {"group_norm in model/layer (", "x is (2, 3)", "3 channels, which 2 groups do not divide"});
    rows.template add<ValueError>("group_norm: no groups", [](W& w) { group_norm(w.x, 0); },
                                  {"group_norm in model/layer (", "x is (2, 3)", "0 groups"});
    rows.template add<ShapeError>("group_norm: x", [](W& w) { group_norm(w.v, 2); },
                                  {"group_norm in model/layer (", "x is (4)", "(N, C)"});
    rows.template add<ShapeError>("group_norm: the bias",
                                  [](W& w) { group_norm(w.x, 3, {}, std::optional(w.v)); },
                                  {"group_norm in model/layer (", "x is (2, 3), bias is (4)", "must be (3)"});
    rows.template add<ShapeError>("instance_norm: x", [](W& w) { instance_norm(w.v); },
                                  {"instance_norm in model/layer (", "x is (4)", "(N, C, L)"});
    rows.template add<ValueError>(
        "instance_norm: one element a channel", [](W& w) { instance_norm(w.y); },
        {"instance_norm in model/layer (", "more than 1 spatial element", "(2, 3, 1)", "longer L"},
        [](W& w) { w.y = slice(w.block, 2, 0, 1); });
    rows.template add<ShapeError>("instance_norm: other running statistics",
                                  [](W& w) {
                                      Running four(4);
                                      instance_norm(w.block, &four);
                                  },
                                  {"instance_norm in model/layer (", "x has 3 channels", "(4)", "as many"});
    rows.template add<ShapeError>(
        "instance_norm: other running statistics outside of training",
        [](W& w) {
            Running four(4);
            instance_norm(w.y, &four, {}, {}, {.training = false});
        },
        {"in model/layer (", "the running statistics are", "(4)"},
        [](W& w) {
            w.y = reshape(w.block, {2, 3, 2, 2});
        });
    rows.template add<ShapeError>(
        "weight_norm: g", [](W& w) { weight_norm(w.x, w.v); },
        {"weight_norm in model/layer (", "v is (2, 3), g is (4)", "must be (2, 1)"});
    rows.template add<NonFiniteError>(
        "weight_norm: a row of zeros", [](W& w) { weight_norm(w.y, w.number); },
        {"weight_norm in model/layer (", "row 0 of v is all zeros", "no direction"},
        [](W& w) {
            w.y = w.x * 0;
            w.number = slice(w.v, 0, 0, 2);
        });
    rows.template add<ShapeError>(
        "spelled_out::layer_norm: dimensions", [](W& w) { spelled_out::layer_norm(w.x, 3); },
        {"spelled_out::layer_norm in model/layer (", "x is (2, 3)", "no 3 last dimensions"});
    rows.template add<ShapeError>("spelled_out::layer_norm: no dimension",
                                  [](W& w) { spelled_out::layer_norm(w.x, 0); },
                                  {"spelled_out::layer_norm in model/layer (", "x is (2, 3)", "0"});
    rows.template add<ValueError>(
        "spelled_out::layer_norm: eps", [](W& w) { spelled_out::layer_norm(w.x, 1, {}, {}, -1); },
        {"spelled_out::layer_norm in model/layer (", "eps is -1", "must not be negative"});
    rows.template add<ShapeError>("spelled_out::layer_norm: the weight",
                                  [](W& w) { spelled_out::layer_norm(w.x, 1, std::optional(w.v)); },
                                  {"multiply in model/layer (", "(2, 3) and (4)"});
    rows.template add<ShapeError>(
        "spelled_out::batch_norm: x", [](W& w) { spelled_out::batch_norm(w.v); },
        {"spelled_out::batch_norm in model/layer (", "x is (4)", "(N, C) or (N, C, L)"});
    rows.template add<ShapeError>("spelled_out::batch_norm: the weight",
                                  [](W& w) { spelled_out::batch_norm(w.block, std::optional(w.v)); },
                                  {"in model/layer (", "(4)", "3"});
    rows.template add<ValueError>("spelled_out::batch_norm: eps",
                                  [](W& w) { spelled_out::batch_norm(w.x, {}, {}, kNaN); },
                                  {"spelled_out::batch_norm in model/layer (", "eps is nan"});
}

template <class T>
void dropouts(Rows<T>& rows) {
    using W = World<T>;
    rows.template add<ValueError>("dropout: p above 1", [](W& w) { dropout(w.x, 1.5, w.rng); },
                                  {"dropout in model/layer (", "p is 1.5", "a probability lies in 0 … 1"});
    rows.template add<ValueError>("dropout: a negative p", [](W& w) { dropout(w.x, -0.1, w.rng); },
                                  {"dropout in model/layer (", "p is -0.1", "0 … 1"});
    rows.template add<ValueError>("dropout: a p that is no number", [](W& w) { dropout(w.x, kNaN, w.rng); },
                                  {"dropout in model/layer (", "p is nan", "0 … 1"});
    rows.template add<ValueError>("dropout: p above 1 outside of training",
                                  [](W& w) { dropout(w.x, kInfinity, w.rng, false); },
                                  {"dropout in model/layer (", "p is inf", "0 … 1"});
}

}  // namespace

TEST_CASE("misuse: losses") { TAPEDECK_CHECK_ROWS(losses); }
TEST_CASE("misuse: normalizations") { TAPEDECK_CHECK_ROWS(normalizations); }
TEST_CASE("misuse: dropout") { TAPEDECK_CHECK_ROWS(dropouts); }
