// The forward run, stepped over a recorded tape.
#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../../support.hpp"

namespace td = tapedeck;
using td::test::list;
using td::test::tensor;

namespace {

using F = td::Variable<float>;

struct Net {
    td::Random rng{5};
    td::Sequential<float> layers;
    td::Tape<float> tape;
    F x, loss;

    Net() {
        layers.add("fc1", td::Linear<float>(4, 6, rng)).add("norm", td::BatchNorm<float>(6));
        layers.add("act", td::Tanh<float>()).add("drop", td::Dropout<float>(0.5, rng));
        layers.add("fc2", td::Linear<float>(6, 2, rng));
        x = tape.input(draw(), "x");
        loss = td::cross_entropy(layers(x), {0, 1, 0});
    }
    td::Tensor<float> draw() {
        auto t = td::Tensor<float>::from_shape({3, 4});
        for (float& v : t.storage()) v = static_cast<float>(rng.normal());
        return t;
    }
    std::vector<std::vector<float>> values() const {
        std::vector<std::vector<float>> all;
        for (const auto& entry : tape) all.push_back(list(entry.value()));
        return all;
    }
};

}  // namespace

TEST_CASE("forward playback computes every value anew, to the same bits, and leaves gradients alone") {
    Net net;
    net.tape.backward(net.loss);
    const auto values = net.values();
    const auto gradient = list(net.layers.parameters()[0]->grad);
    const auto running = list(*net.layers.named_buffers()[0].second);
    auto forward = net.tape.forward_playback();
    CHECK(forward.here().op() == "Linear");
    CHECK(forward.until("norm"));
    CHECK(forward.here().scope() == "norm");
    CHECK(forward.steps() == 1);
    CHECK_FALSE(forward.until("nothing of that name"));
    CHECK(forward.here().scope() == "norm");
    CHECK(forward.back());
    CHECK_FALSE(forward.back());
    forward.until(net.loss);
    CHECK(forward.done());
    CHECK_FALSE(forward.step());
    CHECK(net.values() == values);
    CHECK(list(net.layers.parameters()[0]->grad) == gradient);
    CHECK(net.loss.has_grad());
    CHECK(list(*net.layers.named_buffers()[0].second) == running);
    CHECK_THROWS_AS(forward.here(), td::ValueError);
}

TEST_CASE("forward playback carries new data through, step by step, and takes it back to the bit") {
    Net net;
    const auto before = net.values();
    net.tape.set(net.x, net.draw());
    CHECK_THROWS_AS(net.tape.backward(net.loss), td::StaleVariableError);
    auto forward = net.tape.forward_playback();
    forward.until("act");
    auto middle = net.values();
    CHECK(middle[3] != before[3]);
    CHECK(middle.back() == before.back());
    CHECK_THROWS_AS(net.tape.backward(net.loss), td::StaleVariableError);
    forward.finish();
    const auto after = net.values();
    CHECK(after.back() != before.back());
    net.tape.play(td::frozen);
    CHECK(net.values() == after);

    net.tape.set(net.x, net.x.value());
    auto again = net.tape.forward_playback();
    td::Random rng(td::test::test_seed(3));
    while (!again.done()) rng.bernoulli(0.4) ? again.back() : again.step();
    CHECK(net.values() == after);
    net.tape.backward(net.loss);
    const auto expected = list(net.layers.parameters()[0]->grad);
    net.layers.zero_grad();
    net.tape.play(td::frozen);
    net.tape.backward(net.loss);
    CHECK(list(net.layers.parameters()[0]->grad) == expected);
}

TEST_CASE("forward playback taken back after new data waits for its end again") {
    Net net;
    const auto before = net.values();
    net.tape.set(net.x, net.draw());
    auto forward = net.tape.forward_playback();
    forward.finish();
    while (forward.back()) {
    }
    auto values = net.values();
    values[net.x.index()] = before[net.x.index()];
    CHECK(values == before);
    CHECK_THROWS_AS(net.tape.backward(net.loss), td::StaleVariableError);
    forward.finish();
    net.tape.backward(net.loss);
}

TEST_CASE("a changed parameter is new data to a forward playback") {
    Net net;
    net.tape.backward(net.loss);
    td::SGD<float> sgd(net.layers.parameters(), {.lr = 0.5});
    sgd.step();
    const float before = net.loss.item();
    auto forward = net.tape.forward_playback();
    CHECK_FALSE(net.loss.has_grad());
    forward.finish();
    CHECK(net.loss.item() != before);
    net.tape.backward(net.loss);
    auto late = net.tape.forward_playback();
    sgd.step();
    CHECK_THROWS_AS(late.step(), td::StaleVariableError);
}

TEST_CASE("a forward playback ends with its tape's run") {
    Net net;
    auto forward = net.tape.forward_playback();
    net.tape.play();
    const auto text = td::test::error_text<td::StaleVariableError>([&] { forward.step(); });
    CHECK(td::test::says(text, {"ForwardPlayback::step (", "over", "tape.forward_playback()"}));
    CHECK(td::test::says(td::test::error_text<td::StaleVariableError>([&] { forward.until("act"); }),
                         {"ForwardPlayback::until ("}));
    CHECK(td::test::says(td::test::error_text<td::StaleVariableError>([&] { forward.finish(); }),
                         {"ForwardPlayback::finish ("}));
    td::Tape<float> empty;
    CHECK(td::test::says(td::test::error_text<td::ValueError>([&] { empty.forward_playback(); }),
                         {"forward_playback (", "nothing is recorded"}));
}

TEST_CASE("a forward that throws moves nothing") {
    td::Tape<double> tape;
    const auto x = tape.input(td::Tensor<double>{{1, 2}, {3, 5}});
    td::layer_norm(td::tanh(x), {2}, {}, {}, 0);
    tape.set(x, td::Tensor<double>{{1, 2}, {3, 3}});
    auto forward = tape.forward_playback();
    forward.step();
    const auto before = list(tape[2].value());
    CHECK_THROWS_AS(forward.step(), td::NonFiniteError);
    CHECK(forward.here().op() == "LayerNorm");
    CHECK(list(tape[2].value()) == before);
}
