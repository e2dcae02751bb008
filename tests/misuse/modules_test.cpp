// Wrong calls of modules: how they are made, called, and put together.
#include <limits>

#include "rows.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr auto kMinusOne = static_cast<std::size_t>(-1);

/// Calls a member that visit() does not show.
template <class T>
struct Forgetful : Module<T> {
    Linear<T> listed, forgotten;
    explicit Forgetful(Random rng) : listed(3, 3, rng), forgotten(3, 3, rng) {}
    Variable<T> forward(Variable<T> x) override { return forgotten(listed(x)); }
    void visit(Visitor<T>& v) override { v("listed", listed); }
};

/// Has a step of its own that goes wrong after its children have run.
template <class T>
struct Late : Module<T> {
    BatchNorm<T> norm{3};
    Dropout<T> drop;
    Boxed<Parameter<T>> wide{Parameter<T>(ones<T>({5}))};
    explicit Late(Random rng) : drop(0.5, rng) {}
    Variable<T> forward(Variable<T> x) override { return drop(norm(x)) * x.tape().parameter(*wide); }
    void visit(Visitor<T>& v) override {
        v("norm", norm);
        v("drop", drop);
        v("wide", wide);
    }
};

template <class T>
void constructors(Rows<T>& rows) {
    using W = World<T>;
    rows.template add_without_line<ValueError>("Linear from 0", [](W& w) { Linear<T>(0, 2, w.rng); },
                                               {"Linear(0, 2)", "at least 1"});
    rows.template add_without_line<ValueError>("Linear to 0", [](W& w) { Linear<T>(2, 0, w.rng); },
                                               {"Linear(2, 0)", "at least 1"});
    rows.template add_without_line<ValueError>("Linear to -1", [](W& w) { Linear<T>(2, kMinusOne, w.rng); },
                                               {"Linear(2, -1)", "at least 1"});
    rows.template add_without_line<ValueError>("Dropout of 1.5", [](W& w) { Dropout<T>(1.5, w.rng); },
                                               {"Dropout", "p", "1.5", "0 … 1"});
    rows.template add_without_line<ValueError>("Dropout of nan", [](W& w) { Dropout<T>(kNaN, w.rng); },
                                               {"Dropout", "p", "nan", "0 … 1"});
    rows.template add_without_line<ValueError>("BatchNorm over 0", [](W&) { BatchNorm<T>(0); },
                                               {"BatchNorm(0)", "at least 1"});
    rows.template add_without_line<ValueError>("BatchNorm over -1", [](W&) { BatchNorm<T>{kMinusOne}; },
                                               {"BatchNorm(-1)", "at least 1"});
    rows.template add_without_line<ValueError>("BatchNorm: eps", [](W&) { BatchNorm<T>(3, {.eps = -1}); },
                                               {"BatchNorm", "eps is -1", "must not be negative"});
    rows.template add_without_line<ValueError>("BatchNorm: momentum",
                                               [](W&) { BatchNorm<T>(3, {.momentum = -0.1}); },
                                               {"BatchNorm", "momentum is -0.1", "0 … 1", "std::nullopt"});
    rows.template add_without_line<ValueError>("LayerNorm over nothing",
                                               [](W& w) { LayerNorm<T>(w.number.shape()); },
                                               {"LayerNorm", "normalized_shape is ()", "at least"});
    rows.template add_without_line<ValueError>("LayerNorm over 0",
                                               [](W&) {
                                                   LayerNorm<T>({4, 0});
                                               },
                                               {"LayerNorm", "normalized_shape is (4, 0)", "at least 1"});
    rows.template add_without_line<ValueError>("LayerNorm over -1", [](W&) { LayerNorm<T>{kMinusOne}; },
                                               {"LayerNorm", "normalized_shape is (-1)", "at least 1"});
    rows.template add_without_line<ValueError>("LayerNorm: eps", [](W&) { LayerNorm<T>(3, {.eps = kNaN}); },
                                               {"LayerNorm", "eps is nan"});
    rows.template add_without_line<ValueError>("RMSNorm over 0", [](W&) { RMSNorm<T>{0}; },
                                               {"RMSNorm", "normalized_shape is (0)", "at least 1"});
    rows.template add_without_line<ValueError>("RMSNorm: eps", [](W&) { RMSNorm<T>(3, {.eps = -1}); },
                                               {"RMSNorm", "eps is -1", "must not be negative"});
    rows.template add_without_line<ValueError>("GroupNorm: groups that don't divide",
                                               [](W&) { GroupNorm<T>(3, 4); },
                                               {"GroupNorm(3, 4)", "divide the second"});
    rows.template add_without_line<ValueError>(
        "GroupNorm over -4", [](W&) { GroupNorm<T>(2, kMinusOne - 3); }, {"GroupNorm(2, -4)", "at least 1"});
    rows.template add_without_line<ValueError>(
        "GroupNorm: eps", [](W&) { GroupNorm<T>(2, 4, {.eps = kNaN}); }, {"GroupNorm", "eps is nan"});
    rows.template add_without_line<ValueError>("InstanceNorm over 0", [](W&) { InstanceNorm<T>(0); },
                                               {"InstanceNorm(0)", "at least 1"});
    rows.template add_without_line<ValueError>("InstanceNorm: momentum",
                                               [](W&) { InstanceNorm<T>(3, {.momentum = 2}); },
                                               {"InstanceNorm", "momentum is 2", "0 … 1"});
    rows.template add_without_line<NonFiniteError>(
        "WeightNorm of a Linear of zeros",
        [](W& w) {
            Random own = w.rng;
            Linear<T> zero(3, 2, own);
            zero.weight->value.fill(0);
            WeightNorm<T>{zero};
        },
        {"WeightNorm", "row 0 of the weight (2, 3) is all zeros", "start from other weights"});
    rows.template add_without_line<ValueError>("RNNCell from 0", [](W& w) { RNNCell<T>(0, 4, w.rng); },
                                               {"RNNCell(0, 4)", "at least 1"});
    rows.template add_without_line<ValueError>("RNNCell of -1", [](W& w) { RNNCell<T>(3, kMinusOne, w.rng); },
                                               {"RNNCell(3, -1)", "at least 1"});
    rows.template add_without_line<ValueError>(
        "RNNCell without steps", [](W& w) { RNNCell<T>(3, 4, w.rng, {.norm = RNNNorm::batch_per_step}); },
        {"RNNCell", "batch_per_step", ".steps"});
    rows.template add_without_line<ValueError>(
        "RNNCell: eps", [](W& w) { RNNCell<T>(3, 4, w.rng, {.norm = RNNNorm::layer, .eps = -1}); },
        {"RNNCell", "eps is -1", "must not be negative"});
    rows.template add_without_line<ValueError>("Sequential: a name twice",
                                               [](W& w) { w.net.add("fc1", Tanh<T>()); },
                                               {"Sequential::add(\"fc1\")", "taken", "its own"});
    rows.template add_without_line<ValueError>("Sequential: no name", [](W& w) { w.net.add("", Tanh<T>()); },
                                               {"Sequential::add(\"\")", "not empty"});
    rows.template add_without_line<ValueError>("Sequential: a path for a name",
                                               [](W& w) { w.net.add("a.b", Tanh<T>()); },
                                               {"Sequential::add(\"a.b\")", "'.'"});
    rows.template add_without_line<ValueError>("Sequential: beyond the end", [](W& w) { w.net[6]; },
                                               {"Sequential has no module 6", "it has 6", "counted from 0"});
    rows.template add_without_line<ValueError>("Sequential: the last one, as in PyTorch",
                                               [](W& w) { w.net[kMinusOne]; },
                                               {"Sequential has no module -1", "it has 6"});
}

template <class T>
void calls(Rows<T>& rows) {
    using W = World<T>;
    using Stale = StaleVariableError;
    rows.template add<ShapeError>(
        "a net: its first layer's sizes", [](W& w) { w.net(w.w); },
        {"linear in model/layer/net/fc1 (", "x is (3, 2), weight is (4, 3)", "(out, in)", "x was made by"});
    rows.template add<ValueError>(
        "a net: a batch of one", [](W& w) { w.net(w.y); },
        {"batch_norm in model/layer/net/bn (", "more than 1 value per channel", "(1, 4)", "eval()"},
        [](W& w) { w.y = slice(w.x, 0, 0, 1); });
    rows.template add<ShapeError>(
        "a net: a late layer's sizes", [](W& w) { w.net(w.x); },
        {"linear in model/layer/net/odd (", "x is (2, 2), weight is (2, 5)"},
        [](W& w) { w.net.add("odd", Linear<T>(5, 2, w.rng)); });
    rows.template add<Stale>("a net of nothing", [](W& w) { w.net(w.none); },
                             {"the Variable used at ", "default-constructed"});
    rows.template add<Stale>("a net of what is from before a rewind", [](W& w) { w.net(w.stale); },
                             {"(", "variable #", "from before tape.rewind()"});
    rows.template add<ShapeError>(
        "BatchNorm: other channels", [](W& w) { w.net[1](w.x); },
        {"batch_norm in model/layer/bn (", "x is (2, 3), the running statistics are", "(4)", "4 channels"});
    rows.template add<ShapeError>("LayerNorm: another last dimension", [](W& w) { w.net[3](w.x); },
                                  {"layer_norm in model/layer/ln (", "x is (2, 3), normalized_shape is (4)"});
    rows.template add<ShapeError>("Linear of a scalar", [](W& w) { w.net[0](w.number); },
                                  {"linear in model/layer/fc1 (", "x is (), weight is (4, 3)"});
    // The nearest line of the user's is in the module's own forward().
    rows.template add_without_line<ShapeError>(
        "a module that goes wrong late", [](W& w) { Late<T>{w.rng}(w.x); },
        {"multiply in model/layer (modules_test.cpp:", "(2, 3) and (5)", "do not broadcast"});
    rows.template add_without_line<Error>(
        "a member that visit() does not list", [](W& w) { Forgetful<T>{w.rng}(w.x); },
        {"module with parameters", "was called in model/layer (modules_test.cpp:", "visit() does not list it",
         "add v(\"name\", member)", "weight (3, 3), bias (3)"});
    rows.template add<ShapeError>("RNNCell: x", [](W& w) { w.cell(w.w); },
                                  {"linear in model/layer (", "x is (3, 2), weight is (4, 3)"});
    rows.template add<ShapeError>(
        "RNNCell: h's size", [](W& w) { w.cell(w.x, w.x); },
        {"rnn_cell in model/layer (", "x is (2, 3), h is (2, 3)", "(2, 4)", "hidden size", "h was made by"});
    rows.template add<ShapeError>(
        "RNNCell: h's batch", [](W& w) { w.cell(w.x, w.y); },
        {"rnn_cell in model/layer (", "x is (2, 3), h is (3, 4)", "(2, 4)", "h was made by"},
        [](W& w) {
            w.y = concat({w.h, slice(w.h, 0, 0, 1)});
        });
    rows.template add<ShapeError>(
        "RNNCell: an h that would broadcast", [](W& w) { w.cell(w.x, w.y); },
        {"rnn_cell in model/layer (", "x is (2, 3), h is (1, 4)", "(2, 4)"},
        [](W& w) { w.y = slice(w.h, 0, 0, 1); });
    rows.template add<ShapeError>("RNNCell: x beside h", [](W& w) { w.cell(w.h, w.h); },
                                  {"linear in model/layer (", "x is (2, 4), weight is (4, 3)"});
    rows.template add<Stale>("RNNCell: no h", [](W& w) { w.cell(w.x, w.none); },
                             {"rnn_cell (", "default-constructed"});
    rows.template add<Stale>("RNNCell: an h from before a rewind", [](W& w) { w.cell(w.x, w.stale); },
                             {"(", "variable #", "from before tape.rewind()"});
    rows.template add<Stale>("RNNCell: an h of another tape", [](W& w) { w.cell(w.x, w.foreign); },
                             {"(", "variable #0", "of another tape"});
}

}  // namespace

TEST_CASE("misuse: making modules") { TAPEDECK_CHECK_ROWS(constructors); }
TEST_CASE("misuse: calling modules") { TAPEDECK_CHECK_ROWS(calls); }
