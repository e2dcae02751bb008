// Wrong calls of the reverse pass, of playing again, and of a paused pass.
#include "rows.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

template <class T>
void reverse(Rows<T>& rows) {
    using W = World<T>;
    using Stale = StaleVariableError;
    rows.template add<ShapeError>(
        "backward of a matrix", [](W& w) { w.tape.backward(w.y); },
        {"backward (", "from entry #", "Linear in model/layer/net/fc2", "its shape is (2, 2)",
         "a loss has one element", "sum or mean", "cotangent"});
    rows.template add<ShapeError>("backward of nothing", [](W& w) { w.tape.backward(w.empty); },
                                  {"backward (", "its shape is (0, 3)", "one element"});
    rows.template add<ShapeError>("reverse of a matrix", [](W& w) { w.tape.reverse(w.x); },
                                  {"backward (", "its shape is (2, 3)"});
    rows.template add<ShapeError>("a cotangent of another shape",
                                  [](W& w) {
                                      w.tape.backward(w.x, ones<T>({3, 2}));
                                  },
                                  {"backward (", "Variable \"x\" in model/layer", "the cotangent is (3, 2)",
                                   "the value is (2, 3)", "must be the same"});
    rows.template add<ShapeError>("a cotangent that would broadcast",
                                  [](W& w) { w.tape.backward(w.x, ones<T>({3})); },
                                  {"backward (", "the cotangent is (3)", "the value is (2, 3)"});
    rows.template add<ShapeError>("an empty cotangent", [](W& w) { w.tape.reverse(w.x, zeros<T>({0})); },
                                  {"backward (", "the cotangent is (0)", "the value is (2, 3)"});
    rows.template add<Stale>(
        "backward of data", [](W& w) { w.tape.backward(w.y); },
        {"backward (", "Sum in model/layer", "depends on no variable and no parameter", "from inputs alone"},
        [](W& w) { w.y = sum(w.data); });
    rows.template add<Stale>(
        "backward of what was recorded while paused", [](W& w) { w.tape.backward(w.y); },
        {"backward (", "Sum in model/layer", "depends on no variable and no parameter", "paused"},
        [](W& w) {
            const auto pause = w.tape.pause();
            w.y = sum(w.x);
        });
    rows.template add<Stale>(
        "backward of what is detached", [](W& w) { w.tape.backward(w.y); },
        {"backward (", "depends on no variable"}, [](W& w) { w.y = sum(detach(w.x)); });
    rows.template add<NonFiniteError>(
        "backward of a loss that is no number", [](W& w) { w.tape.backward(w.y); },
        {"backward (", "loss is nan. The first non-finite value on the tape is entry #",
         "Log in model/layer (", ":\n  6 of 6 values are nan", "Likely cause: log of a negative number, -1"},
        [](W& w) { w.y = sum(log(w.x * 0 - 1)); });
    rows.template add<NonFiniteError>(
        "reverse from an infinite loss", [](W& w) { w.tape.reverse(w.y); },
        {"backward (", "loss is inf. The first non-finite value on the tape is entry #",
         "Divide in model/layer (", "division by 0"},
        [](W& w) { w.y = sum(1 / (square(w.x) * 0)); });
    rows.template add<NonFiniteError>(
        "a watched backward that makes an infinite gradient",
        [](W& w) {
            const auto guard = w.tape.detect_anomaly();
            w.tape.backward(w.y);
        },
        {"backward (", "the adjoint of entry #", "Sqrt in model/layer (", "Likely cause: the derivative of"},
        [](W& w) { w.y = sum(sqrt(w.x * 0)); });
    rows.template add<NonFiniteError>(
        "a watched step that makes an infinite gradient",
        [](W& w) {
            const auto guard = w.tape.detect_anomaly();
            w.pass.finish();
        },
        {"Playback::step (", "the adjoint of entry #", "Sqrt in model/layer ("},
        [](W& w) {
            w.y = sum(sqrt(w.x * 0));
            w.pass = w.tape.reverse(w.y);
            w.pass.step();
        });
    rows.template add<Stale>("backward from before a rewind", [](W& w) { w.tape.backward(w.stale); },
                             {"backward (", "variable #", "from before tape.rewind()"});
    rows.template add<Stale>("backward of nothing's Variable", [](W& w) { w.tape.backward(w.none); },
                             {"backward (", "default-constructed"});
    rows.template add<Stale>("backward on the wrong tape", [](W& w) { w.tape.backward(w.foreign); },
                             {"backward (", "variable #0", "of another tape"});
    rows.template add<Stale>(
        "backward after the optimizer's step", [](W& w) { w.tape.backward(w.loss); },
        {"backward (", "parameter ", "weight", "was changed", "optimizer's step", "after entry #",
         "tape.rewind()", "tape.play()"},
        [](W& w) { w.sgd.step(); });
    rows.template add<Stale>(
        "a parameter that is given another shape", [](W& w) { w.tape.backward(w.loss); },
        {"backward (", "parameter gain was changed after entry #", "value is (1)", "gradient (3)",
         "tape.rewind()"},
        [](W& w) { w.gain.value = ones<T>({1}); });
    rows.template add<Stale>(
        "a gradient that is given another shape", [](W& w) { w.tape.backward(w.loss); },
        {"backward (", "parameter gain was changed after entry #", "value is (3)", "gradient (0)"},
        [](W& w) { w.gain.grad = zeros<T>({0}); });
    rows.template add<Stale>(
        "a parameter read again after it was changed", [](W& w) { w.tape.parameter(w.gain); },
        {"tape.parameter (", "parameter gain was changed", "after entry #", "tape.rewind()"},
        [](W& w) { w.gain.changed(); });
    rows.template add<Stale>(
        "a module called again after the optimizer's step", [](W& w) { w.net(w.data); },
        {"parameter ", "weight", "was changed", "after entry #"}, [](W& w) { w.sgd.step(); });
}

template <class T>
void playing(Rows<T>& rows) {
    using W = World<T>;
    using Stale = StaleVariableError;
    rows.template add<Stale>(
        "backward before play", [](W& w) { w.tape.backward(w.loss); },
        {"backward (", "tape.set()", "call tape.play() first"},
        [](W& w) {
            w.tape.set(w.x, ones<T>({2, 3}));
        });
    rows.template add<Stale>(
        "backward after a play that threw", [](W& w) { w.tape.backward(w.loss); },
        {"backward (", "a tape.play() threw", "call tape.play() first"},
        [](W& w) {
            w.tape.set(w.x, ones<T>({2, 5}));
            CHECK_THROWS_AS(w.tape.play(), ShapeError);
            w.tape.set(w.x, ones<T>({2, 3}));
        });
    rows.template add<ValueError>("set of a result",
                                  [](W& w) {
                                      w.tape.set(w.y, ones<T>({2, 2}));
                                  },
                                  {"set (", "entry #", "Linear in model/layer/net/fc2",
                                   "only a leaf made by tape.input or tape.variable"});
    rows.template add<ValueError>("set of a parameter", [](W& w) { w.tape.set(w.read, ones<T>({3})); },
                                  {"set (", "Parameter \"gain\"", "only a leaf", "p.value"});
    rows.template add<Stale>("set of what is from before a rewind",
                             [](W& w) { w.tape.set(w.stale, ones<T>({})); },
                             {"set (", "variable #", "from before tape.rewind()"});
    rows.template add<Stale>("set on the wrong tape", [](W& w) { w.tape.set(w.foreign, ones<T>({})); },
                             {"set (", "variable #0", "of another tape"});
    rows.template add<ValueError>(
        "play of an empty tape", [](W& w) { w.tape.play(); },
        {"play (", "nothing is recorded", "record a program first"}, [](W& w) { w.tape.rewind(); });
    rows.template add<ValueError>(
        "frozen play of an empty tape", [](W& w) { w.tape.play(frozen); }, {"play (", "nothing is recorded"},
        [](W& w) { w.tape.rewind(); });
}

template <class T>
void playbacks(Rows<T>& rows) {
    using W = World<T>;
    using Stale = StaleVariableError;
    const std::string over = "this playback is over";
    const std::string advice = "call tape.reverse(loss) for a new one";
    rows.template add<Stale>(
        "step after a backward", [](W& w) { w.pass.step(); },
        {"Playback::step (", over, "reversed anew", advice}, [](W& w) { w.tape.backward(w.loss); });
    rows.template add<Stale>(
        "back after a play", [](W& w) { w.pass.back(); }, {"Playback::back (", over, advice},
        [](W& w) { w.tape.play(); });
    rows.template add<Stale>(
        "here after a rewind", [](W& w) { w.pass.here(); }, {"Playback::here (", over, "rewound", advice},
        [](W& w) { w.tape.rewind(); });
    rows.template add<Stale>(
        "finish after new data", [](W& w) { w.pass.finish(); },
        {"Playback::finish (", over, "new data", advice},
        [](W& w) {
            w.tape.set(w.x, ones<T>({2, 3}));
        });
    rows.template add<Stale>(
        "until, after another pass began", [](W& w) { w.pass.until("fc1"); }, {"Playback::until (", over},
        [](W& w) { w.tape.reverse(w.loss); });
    rows.template add<Stale>(
        "step after the optimizer's", [](W& w) { w.pass.step(); },
        {"Playback::step (", "parameter ", "was changed", "after entry #"}, [](W& w) { w.sgd.step(); });
    rows.template add<ValueError>(
        "here at the end", [](W& w) { w.pass.here(); }, {"Playback::here (", "the pass is over", "back()"},
        [](W& w) { w.pass.finish(); });
    rows.template add<Stale>("until a Variable of another tape", [](W& w) { w.pass.until(w.foreign); },
                             {"Playback::until (", "variable #0", "of another tape"});
    rows.template add<Stale>("until a Variable from before a rewind", [](W& w) { w.pass.until(w.stale); },
                             {"Playback::until (", "variable #", "from before tape.rewind()"});
    rows.template add<Stale>("until nothing's Variable", [](W& w) { w.pass.until(w.none); },
                             {"Playback::until (", "default-constructed"});
    rows.template add<ValueError>("until a predicate that is none",
                                  [](W& w) { w.pass.until(typename Playback<T>::Predicate()); },
                                  {"Playback::until (", "predicate is empty"});
}

}  // namespace

TEST_CASE("misuse: the reverse pass") { TAPEDECK_CHECK_ROWS(reverse); }
TEST_CASE("misuse: playing again") { TAPEDECK_CHECK_ROWS(playing); }
TEST_CASE("misuse: a paused pass") { TAPEDECK_CHECK_ROWS(playbacks); }
