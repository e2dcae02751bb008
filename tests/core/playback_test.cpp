// Stepping and stepping back end in the bits of backward.
#include <functional>

#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

namespace {

using F = td::Variable<float>;

/// A model with its parameters, and a program that ends in a loss.
struct Program {
    std::string name;
    std::vector<td::Parameter<float>*> parameters;
    std::function<F(td::Tape<float>&)> record;
};

td::Tensor<float> draw(const td::Shape& shape, td::Random& rng) {
    td::Tensor<float> x = td::Tensor<float>::from_shape(shape);
    for (float& v : x.storage()) v = static_cast<float>(rng.normal());
    return x;
}

td::Sequential<float> mlp(const std::string& norm, td::Random& rng) {
    td::Sequential<float> net;
    for (int i = 1; i <= 2; ++i) {
        net.add("fc" + std::to_string(i), td::Linear<float>(7, 7, rng));
        if (norm == "batch") net.add("norm" + std::to_string(i), td::BatchNorm<float>(7));
        if (norm == "layer") net.add("norm" + std::to_string(i), td::LayerNorm<float>(7));
        net.add("act" + std::to_string(i), td::Tanh<float>());
    }
    net.add("drop", td::Dropout<float>(0.3, rng));
    net.add("head", td::Linear<float>(7, 3, rng));
    return net;
}

/// Gradients of every entry and parameter, to be compared bit by bit.
std::vector<std::vector<float>> gradients(const td::Tape<float>& tape, const Program& program) {
    std::vector<std::vector<float>> all;
    for (const auto& entry : tape) {
        all.emplace_back();
        all.back().push_back(static_cast<float>(entry.contributions()));
        if (entry.has_grad()) all.back().insert(all.back().end(), entry.grad().begin(), entry.grad().end());
    }
    for (const auto* p : program.parameters) all.emplace_back(p->grad.begin(), p->grad.end());
    return all;
}

void check_stepping(Program program) {
    CAPTURE(program.name);
    td::Random rng(11);
    td::Tape<float> tape;
    const F loss = program.record(tape);
    std::vector<td::Tensor<float>> before;  // the parameters' gradients hold something already
    for (auto* p : program.parameters) {
        p->grad = draw(p->value.shape(), rng);
        before.push_back(p->grad);
    }
    const auto reset = [&] {
        for (std::size_t i = 0; i < before.size(); ++i) program.parameters[i]->grad = before[i];
    };
    tape.backward(loss);
    const auto expected = gradients(tape, program);

    for (int round = 0; round < 5; ++round) {
        reset();
        auto playback = tape.reverse(loss);
        const auto start = gradients(tape, program);
        while (!playback.done()) {
            if (rng.bernoulli(0.4))
                playback.back();
            else
                playback.step();
        }
        CHECK(gradients(tape, program) == expected);
        while (playback.back()) {
        }
        CHECK(gradients(tape, program) == start);
        CHECK(playback.steps() == 0);
        playback.finish();
        CHECK(gradients(tape, program) == expected);
        CHECK_FALSE(playback.step());
    }
}

}  // namespace

TEST_CASE("any mixture of steps and backs ends in the bits of backward") {
    for (const std::string norm : {"none", "batch", "layer"}) {
        td::Random rng(3);
        auto net = mlp(norm, rng);
        const auto x = draw({6, 7}, rng);
        check_stepping({"mlp " + norm, net.parameters(), [&](auto& tape) {
                            return td::cross_entropy(net(tape.input(x)), {0, 1, 2, 0, 1, 2});
                        }});
    }
    for (const auto norm :
         {td::RNNNorm::none, td::RNNNorm::layer, td::RNNNorm::batch_per_step, td::RNNNorm::batch_shared}) {
        td::Random rng(4);
        td::RNNCell<float> cell(3, 5, rng, {.norm = norm, .steps = 6});
        const auto x = draw({4, 3}, rng);
        check_stepping({"rnn", cell.parameters(), [&](auto& tape) {
                            F h = cell(tape.input(x));
                            for (int t = 1; t < 6; ++t) h = cell(tape.input(x), h);
                            return td::mse_loss(h, 0.3);
                        }});
    }
}

TEST_CASE("until stops before the adjoint of what it names") {
    td::Random rng(3);
    auto net = mlp("layer", rng);
    net.named("mlp");
    const auto x = draw({6, 7}, rng);
    td::Tape<float> tape;
    const F out = net(tape.input(x, "x")).named("logits");
    const F loss = td::cross_entropy(out, {0, 1, 2, 0, 1, 2});
    auto playback = tape.reverse(loss);
    CHECK(playback.here().index() == loss.index());
    CHECK(playback.until("logits"));
    CHECK(playback.here().index() == out.index());
    CHECK(playback.until("norm1"));
    CHECK(playback.here().scope() == "mlp/norm1");
    CHECK(playback.here().op() == "LayerNorm");
    CHECK(playback.here().contributions() == 1);
    CHECK(playback.until("mlp/norm1"));   // stays
    CHECK_FALSE(playback.until("orm1"));  // whole names only; and a slip does not run the pass
    CHECK(playback.here().scope() == "mlp/norm1");
    CHECK(playback.until("Linear"));
    CHECK(playback.here().scope() == "mlp/fc1");
    playback.finish();
    CHECK_THROWS_AS(playback.here(), td::ValueError);
    CHECK(playback.back());
    CHECK(playback.here().scope() == "mlp/fc1");
}

TEST_CASE("until a variable: its gradient is complete") {
    td::Tape<float> tape;
    const F x = tape.variable(td::Tensor<float>(2.0f));
    const F y = x * x;
    const F z = y * x + y;
    auto playback = tape.reverse(z);
    CHECK(playback.until(y));
    CHECK(playback.here().index() == y.index());
    CHECK(y.grad()() == doctest::Approx(3));  // x + 1
    CHECK(playback.until(x));
    CHECK(playback.done());
    CHECK(x.grad()() == doctest::Approx(16));  // 3x^2 + 2x
    const F unrelated = tape.variable(td::Tensor<float>(1.0f));
    auto another = tape.reverse(z);
    CHECK_FALSE(another.until(unrelated));
}

TEST_CASE("a playback ends with its pass") {
    td::Tape<float> tape;
    const F x = tape.variable(td::Tensor<float>(2.0f));
    const F y = td::tanh(x);
    auto playback = tape.reverse(y);
    tape.backward(y);
    CHECK_THROWS_AS(playback.step(), td::StaleVariableError);
    auto second = tape.reverse(y);
    tape.play();
    CHECK_THROWS_AS(second.back(), td::StaleVariableError);
    auto third = tape.reverse(y);
    tape.rewind();
    CHECK_THROWS_AS(third.here(), td::StaleVariableError);
}

TEST_CASE("a parameter that changes under a paused pass stops it") {
    td::Parameter<float> p(td::ones<float>({2}), "p");
    td::SGD<float> sgd({&p}, {.lr = 1});
    td::Tape<float> tape;
    const F loss = td::sum(td::square(td::tanh(tape.parameter(p))));
    auto playback = tape.reverse(loss);
    playback.step();
    sgd.step();
    CHECK_THROWS_AS(playback.step(), td::StaleVariableError);
    CHECK_THROWS_AS(playback.finish(), td::StaleVariableError);
    static_assert(!std::is_copy_constructible_v<td::Playback<float>>);
}

TEST_CASE("new data under a paused pass stop it") {
    td::Tape<float> tape;
    const F x = tape.variable(td::ones<float>({3}));
    const F loss = td::sum(td::square(x));
    auto playback = tape.reverse(loss);
    playback.step();
    tape.set(x, td::ones<float>({3}) * 10.0F);
    CHECK_THROWS_AS(playback.step(), td::StaleVariableError);
}
