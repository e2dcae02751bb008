// A deck calls no right gradient wrong, whatever was done to the tape before; and a wrong one is named.
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include <tapedeck/core/deck/shot.hpp>
#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

using namespace tapedeck;

namespace {

struct Model {
    Random rng{test::test_seed(4)};
    Sequential<double> net;
    Tape<double> tape;
    Variable<double> data, loss, total;

    Model() {
        net.add("fc1", Linear<double>(3, 4, rng))
            .add("norm", LayerNorm<double>(4))
            .add("act", Tanh<double>());
        net.add("fc2", Linear<double>(4, 2, rng));
        auto x = Tensor<double>::from_shape({5, 3});
        for (double& v : x.storage()) v = rng.normal();
        data = tape.variable(x, "x");
        loss = cross_entropy(net(data), {0, 1, 0, 1, 1});
        total = loss * 0.5 + 1;
    }
};

struct Verdicts {
    std::size_t right = 0, wrong = 0;
};

Verdicts verdicts(Variable<double> loss) {
    Verdicts all;
    for (const auto& entry : deck::take_shot(loss, 1, Where::here()).entries) {
        for (const auto& check : {entry.gradient_check, entry.adjoint_check}) {
            if (!check) continue;
            ++(check->ok ? all.right : all.wrong);
            if (!check->ok) MESSAGE(check->text);
        }
    }
    return all;
}

}  // namespace

TEST_CASE("deck: right gradients are not called wrong, whatever came before") {
    const std::pair<std::string, std::function<void(Model&)>> befores[] = {
        {"no reverse pass", [](Model&) {}},
        {"one", [](Model& m) { m.tape.backward(m.loss); }},
        {"two, which add up in the parameters",
         [](Model& m) { m.tape.backward(m.loss), m.tape.backward(m.loss); }},
        {"clipping",
         [](Model& m) {
             m.tape.backward(m.loss);
             clip_grad_norm(m.net.parameters(), 1e-3);
         }},
        {"zero_grad()",
         [](Model& m) {
             m.tape.backward(m.loss);
             m.net.zero_grad();
         }},
        {"a pass from elsewhere", [](Model& m) { m.tape.backward(m.total); }},
        {"a cotangent of 3", [](Model& m) { m.tape.backward(m.loss, full<double>({}, 3.0)); }},
        {"a pass that is paused", [](Model& m) { m.tape.reverse(m.loss).until("norm"); }},
    };
    for (const auto& before : befores) {
        CAPTURE(before.first);
        Model model;
        before.second(model);
        const auto first = model.net.parameters()[0]->grad;
        const Verdicts found = verdicts(model.loss);
        CHECK(found.wrong == 0);
        CHECK(found.right >= 6);  // the adjoints; they ask for no pass
        CHECK(model.net.parameters()[0]->grad == first);
    }
    Model model;
    CHECK(verdicts(model.loss).right >= 14);
}
