// Wrong calls of optimizers, clipping, random generators and gradcheck.
#include <limits>

#include "rows.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class T>
void optimizers(Rows<T>& rows) {
    using W = World<T>;
    using Parameters = std::vector<Parameter<T>*>;
    const auto wrong = [&](const char* name, typename Row<T>::Act act, std::vector<std::string> fragments) {
        rows.template add_without_line<ValueError>(name, std::move(act), std::move(fragments));
    };
    wrong("SGD without parameters", [](W&) { SGD<T>(Parameters{}, {.lr = 0.1}); },
          {"no parameters", "net.parameters()", "visit() lists"});
    wrong("Adam with a parameter twice",
          [](W& w) {
              Adam<T>({&w.gain, &w.gain});
          },
          {"gain", "twice", "pass each once"});
    wrong("SGD with a null pointer", [](W& w) { SGD<T>({&w.gain, nullptr}); }, {"parameter 1", "null"});
    wrong("SGD: a negative rate", [](W& w) { SGD<T>(w.gains, {.lr = -1}); },
          {"learning rate is -1", "must not be negative"});
    wrong("SGD: a rate that is no number", [](W& w) { SGD<T>(w.gains, {.lr = kNaN}); },
          {"learning rate is nan"});
    wrong("SGD: an infinite rate", [](W& w) { SGD<T>(w.gains, {.lr = kInfinity}); },
          {"learning rate is inf"});
    wrong("SGD: momentum", [](W& w) { SGD<T>(w.gains, {.momentum = -0.9}); },
          {"SGD", "momentum is -0.9", "must not be negative"});
    wrong("SGD: weight decay", [](W& w) { SGD<T>(w.gains, {.weight_decay = -1e-4}); },
          {"SGD", "weight_decay is -0.0001", "must not be negative"});
    wrong("SGD: an infinite weight decay", [](W& w) { SGD<T>(w.gains, {.weight_decay = kInfinity}); },
          {"SGD", "weight_decay is inf"});
    wrong("SGD: dampening", [](W& w) { SGD<T>(w.gains, {.momentum = 0.9, .dampening = kNaN}); },
          {"SGD", "dampening is nan"});
    wrong("SGD: Nesterov without momentum", [](W& w) { SGD<T>(w.gains, {.nesterov = true}); },
          {"SGD: momentum is 0", "Nesterov", "above 0"});
    wrong("SGD: Nesterov with dampening",
          [](W& w) { SGD<T>(w.gains, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}); },
          {"SGD", "dampening 0.1", "Nesterov", "no dampening"});
    wrong("Adam: beta1", [](W& w) { Adam<T>(w.gains, {.beta1 = 1}); },
          {"Adam", "beta1 is 1", "0 … 1, 1 excluded"});
    wrong("Adam: beta2", [](W& w) { Adam<T>(w.gains, {.beta2 = kNaN}); },
          {"Adam", "beta2 is nan", "0 … 1, 1 excluded"});
    wrong("Adam: eps", [](W& w) { Adam<T>(w.gains, {.eps = -1e-8}); },
          {"Adam", "eps is -1e-08", "must not be negative"});
    wrong("Adam: weight decay", [](W& w) { Adam<T>(w.gains, {.weight_decay = -1}); },
          {"Adam", "weight_decay is -1", "must not be negative"});
    wrong("AdamW: beta1", [](W& w) { AdamW<T>(w.gains, {.beta1 = -0.1}); },
          {"AdamW: beta1 is -0.1", "0 … 1, 1 excluded"});
    wrong("AdamW: weight decay", [](W& w) { AdamW<T>(w.gains, {.weight_decay = kNaN}); },
          {"AdamW: weight_decay is nan", "finite number"});
    wrong("RMSProp: alpha", [](W& w) { RMSProp<T>(w.gains, {.alpha = 1.1}); },
          {"RMSProp", "alpha is 1.1", "0 … 1"});
    wrong("RMSProp: momentum", [](W& w) { RMSProp<T>(w.gains, {.momentum = -1}); },
          {"RMSProp: momentum is -1"});
    wrong("RMSProp: eps", [](W& w) { RMSProp<T>(w.gains, {.eps = kInfinity}); },
          {"RMSProp: eps is inf", "finite"});
    wrong("a negative rate later", [](W& w) { w.sgd.lr(-0.5); },
          {"learning rate is -0.5", "must not be negative"});
    wrong("an infinite rate later", [](W& w) { w.adam.lr(kInfinity); }, {"learning rate is inf"});
    rows.template add_without_line<ShapeError>(
        "SGD: a parameter of another shape", [](W& w) { w.sgd.step(); },
        {"step", "parameter weight is (5)", "(4, 3)", "make a new optimizer"},
        [](W& w) { w.net.parameters()[0]->value = ones<T>({5}); });
    rows.template add_without_line<ShapeError>(
        "Adam: a gradient of another shape", [](W& w) { w.adam.step(); },
        {"step", "parameter bias_ih is (4) with a gradient of (1)", "make a new optimizer"},
        [](W& w) { w.cell.bias_ih->grad = ones<T>({1}); });
}

template <class T>
void clipping(Rows<T>& rows) {
    using W = World<T>;
    rows.template add_without_line<ValueError>("clip_grad_norm: negative",
                                               [](W& w) { clip_grad_norm(w.net.parameters(), -1); },
                                               {"clip_grad_norm", "max_norm is -1", "must not be negative"});
    rows.template add_without_line<ValueError>("clip_grad_norm: no number",
                                               [](W& w) { clip_grad_norm(w.net.parameters(), kNaN); },
                                               {"clip_grad_norm", "max_norm is nan"});
    rows.template add_without_line<ValueError>(
        "clip_grad_norm: a null pointer",
        [](W& w) {
            clip_grad_norm(std::vector<Parameter<T>*>{&w.gain, nullptr}, 1);
        },
        {"clip_grad_norm", "parameter 1", "null"});
}

template <class T>
void generators(Rows<T>& rows) {
    using W = World<T>;
    const auto wrong = [&](const char* name, typename Row<T>::Act act, std::vector<std::string> fragments) {
        rows.template add_without_line<ValueError>(name, std::move(act), std::move(fragments));
    };
    wrong("below 0", [](W& w) { w.rng.below(0); }, {"Random::below(0)", "at least 1"});
    wrong("a state of zeros", [](W&) { Random::from_state({}); },
          {"Random::from_state", "all four words are 0"});
    wrong("uniform backwards", [](W& w) { w.rng.uniform(1, -1); },
          {"Random::uniform(1, -1)", "low must not be above high"});
    wrong("uniform to nan", [](W& w) { w.rng.uniform(0, kNaN); }, {"Random::uniform(0, nan)"});
    wrong("normal: a negative deviation", [](W& w) { w.rng.normal(0, -1); },
          {"Random::normal(0, -1)", "standard deviation must not be negative"});
    wrong("bernoulli of 2", [](W& w) { w.rng.bernoulli(2); }, {"Random::bernoulli(2)", "0 … 1"});
    wrong("bernoulli of nan", [](W& w) { w.rng.bernoulli(kNaN); }, {"Random::bernoulli(nan)", "0 … 1"});
}

template <class T>
void gradchecks(Rows<T>& rows) {
    using W = World<T>;
    using Given = std::vector<Variable<T>>;
    const auto check = [](auto function) { return gradcheck<T>(function, {ones<T>({2})}); };
    rows.template add_without_line<StaleVariableError>(
        "gradcheck of a result on another tape",
        [check](W& w) { check([&w](Tape<T>&, Given) { return w.x; }); },
        {"gradcheck: the function's result is not on the tape that it is given"});
    rows.template add_without_line<StaleVariableError>(
        "gradcheck of no result", [check](W&) { check([](Tape<T>&, Given) { return Variable<T>(); }); },
        {"gradcheck: the function's result is not on the tape"});
    rows.template add<ShapeError>("gradcheck of a program that goes wrong",
                                  [check](W&) { check([](Tape<T>&, Given x) { return sum(x[0], 1); }); },
                                  {"sum (", "x is (2)", "axis 1"});
}

}  // namespace

TEST_CASE("misuse: optimizers") { TAPEDECK_CHECK_ROWS(optimizers); }
TEST_CASE("misuse: clipping") { TAPEDECK_CHECK_ROWS(clipping); }
TEST_CASE("misuse: random generators") { TAPEDECK_CHECK_ROWS(generators); }
TEST_CASE("misuse: gradcheck") { TAPEDECK_CHECK_ROWS(gradchecks); }
