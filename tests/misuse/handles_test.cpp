// Wrong calls with a Variable that is of no tape, of another one, or from before a rewind.
#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/reverse.hpp>

#include "rows.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace tapedeck::op {
/// y = x, as a user might write it
template <class T>
struct Own final : Op<T> {
    std::string_view name() const override { return "Own"; }
    std::string_view rule() const override { return "dx = dy"; }
    void forward(Forward<T>& f) override {
        f.each([](auto x) { return x; }, f.input(0));
    }
    void adjoint(Reverse<T>& r) override {
        r.each(
            0, [](auto dy) { return dy; }, r.upstream());
    }
};
}  // namespace tapedeck::op

namespace {

const std::string kNone = "default-constructed; assign it from";
const std::string kStale = "from before tape.rewind()";
const std::string kForeign = "of another tape";

template <class T>
void operands(Rows<T>& rows) {
    using W = World<T>;
    using Stale = StaleVariableError;
    rows.template add<Stale>("tanh of nothing", [](W& w) { tanh(w.none); },
                             {"tanh (", "its operand is on no tape", kNone});
    rows.template add<Stale>("nothing + x", [](W& w) { w.none + w.x; },
                             {"add in model/layer (", "its first operand", kNone});
    rows.template add<Stale>("x * nothing", [](W& w) { w.x* w.none; },
                             {"multiply in model/layer (", "its second operand", kNone});
    rows.template add<Stale>("1 - nothing", [](W& w) { 1 - w.none; },
                             {"subtract (", "its Variable is on no tape", kNone});
    rows.template add<Stale>("- nothing", [](W& w) { -w.none; }, {"negate (", "its operand", kNone});
    rows.template add<Stale>("cross_entropy of nothing", [](W& w) { cross_entropy(w.none, {0}); },
                             {"cross_entropy (", kNone});
    rows.template add<Stale>("mse_loss of nothing", [](W& w) { mse_loss(w.none, w.x); },
                             {"mse_loss", "its first operand", kNone});
    rows.template add<Stale>("where with nothing",
                             [](W& w) {
                                 where(full<bool>({2, 3}, true), w.x, w.none);
                             },
                             {"where in model/layer (", "its third operand", kNone});
    rows.template add<Stale>("concat with nothing",
                             [](W& w) {
                                 concat({w.x, w.none});
                             },
                             {"concat in model/layer (", "its second operand", kNone});
    rows.template add<Stale>("layer_norm with a weight of nothing",
                             [](W& w) { layer_norm(w.x, {3}, std::optional(w.none)); },
                             {"layer_norm in model/layer (", "its second operand", kNone});
    rows.template add<Stale>(
        "exp from before a rewind", [](W& w) { exp(w.stale); },
        {"exp in model/layer (", "its operand, variable #", kStale, "record the program again"});
    rows.template add<Stale>("x / what is from before a rewind", [](W& w) { w.x / w.stale; },
                             {"divide in model/layer (", "its second operand, variable #", kStale});
    rows.template add<Stale>("matmul from before a rewind", [](W& w) { matmul(w.stale, w.x); },
                             {"matmul in model/layer (", "its first operand, variable #", kStale});
    rows.template add<Stale>("sum from before a rewind", [](W& w) { sum(w.stale); },
                             {"sum in model/layer (", kStale});
    rows.template add<Stale>(
        "x + what is of another tape", [](W& w) { w.x + w.foreign; },
        {"add in model/layer (", "its second operand, variable #0, is " + kForeign, "tape.input(v.value())"});
    rows.template add<Stale>("what is of another tape * x", [](W& w) { w.foreign* w.x; },
                             {"multiply (", "its second operand, variable #", kForeign});
    rows.template add<Stale>("stack of two tapes",
                             [](W& w) {
                                 stack({w.x, w.foreign});
                             },
                             {"stack in model/layer (", "its second operand, variable #0, is " + kForeign});
    rows.template add<Stale>(
        "mse_loss with a target of another tape", [](W& w) { mse_loss(w.x, w.foreign); },
        {"mse_loss in model/layer (", "its second operand, variable #0, is " + kForeign});
    rows.template add<Stale>("masked_fill of nothing",
                             [](W& w) { masked_fill(w.none, full<bool>({2}, true), 0); },
                             {"masked_fill (", "its operand", kNone});
    rows.template add<Stale>("detach of nothing", [](W& w) { detach(w.none); },
                             {"detach (", "its operand", kNone});
    rows.template add<Stale>("an operation of one's own",
                             [](W& w) { w.tape.template record<op::Own<T>>(Where::here(), {}, w.stale); },
                             {"own in model/layer (", "its operand, variable #", kStale});
}

template <class T>
void looks(Rows<T>& rows) {
    using W = World<T>;
    using Stale = StaleVariableError;
    rows.template add<Stale>("value of nothing", [](W& w) { w.none.value(); },
                             {"the Variable used at ", kNone});
    rows.template add<Stale>("shape of nothing", [](W& w) { w.none.shape(); },
                             {"the Variable used at ", kNone});
    rows.template add<Stale>("value from before a rewind", [](W& w) { w.stale.value(); },
                             {"the Variable used at ", "variable #", kStale, "record the program again"});
    rows.template add<Stale>("item from before a rewind", [](W& w) { w.stale.item(); },
                             {"the Variable used at ", "variable #", kStale});
    rows.template add<Stale>("grad from before a rewind", [](W& w) { w.stale.grad(); },
                             {"the Variable used at ", "variable #", kStale});
    rows.template add<Stale>("has_grad of nothing", [](W& w) { w.none.has_grad(); },
                             {"the Variable used at ", kNone});
    rows.template add<Stale>("a name for nothing", [](W& w) { w.none.named("h"); },
                             {"the Variable used at ", kNone});
    rows.template add<Stale>("a name for what is from before a rewind", [](W& w) { w.stale.named("h"); },
                             {"the Variable used at ", kStale});
    rows.template add<Stale>("index of nothing", [](W& w) { w.none.index(); },
                             {"the Variable used at ", kNone});
    rows.template add<Stale>("entry from before a rewind", [](W& w) { w.stale.entry(); },
                             {"the Variable used at ", kStale});
    rows.template add<Stale>("the tape of nothing", [](W& w) { w.none.tape(); },
                             {"the Variable used at ", kNone});
    rows.template add<ShapeError>("item of a matrix", [](W& w) { w.x.item(); },
                                  {"item (", "entry #", "Variable \"x\" in model/layer (world.hpp:",
                                   "its shape is (2, 3)", "take its sum or mean"});
    rows.template add<ShapeError>("item of an empty tensor", [](W& w) { w.empty.item(); },
                                  {"item (", "\"empty\"", "its shape is (0, 3)"});
    rows.template add<Stale>("grad of data", [](W& w) { w.data.grad(); },
                             {"grad (", "entry #", "Input \"data\" in model/layer (world.hpp:",
                              "has no gradient", "it is data", "tape.variable(x) collects"});
    rows.template add<Stale>("grad of what no pass has reached", [](W& w) { w.v.grad(); },
                             {"grad (", "entry #", "Variable \"v\" in model/layer",
                              "no reverse pass has reached it", "tape.backward(loss)"});
    rows.template add_without_line<ValueError>(
        "an entry beyond the end", [](W& w) { w.tape[1000]; },
        {"entry #1000 is not on this tape", "it has ", "entries, counted from 0"});
    rows.template add_without_line<ValueError>("entry -1", [](W& w) { w.tape[static_cast<std::size_t>(-1)]; },
                                               {"entry #-1 is not on this tape", "tape[tape.size() - 1]"});
}

}  // namespace

TEST_CASE("misuse: operands") { TAPEDECK_CHECK_ROWS(operands); }
TEST_CASE("misuse: looking at a Variable") { TAPEDECK_CHECK_ROWS(looks); }
