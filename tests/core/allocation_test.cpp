// A training step in steady state allocates nothing.
#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../allocations.hpp"

namespace td = tapedeck;

namespace {

/// Allocations of `steps` runs after three that warm up.
template <class F>
std::size_t count(F step, int steps = 5) {
    for (int i = 0; i < 3; ++i) step(i);
    const std::size_t before = td::test::allocations();
    for (int i = 0; i < steps; ++i) step(i);
    return td::test::allocations() - before;
}

td::Sequential<float> mlp(const std::string& norm, td::Random& rng) {
    td::Sequential<float> net;
    for (int i = 1; i <= 2; ++i) {
        net.add("fc" + std::to_string(i), td::Linear<float>(24, 24, rng));
        if (norm == "batch") net.add("norm" + std::to_string(i), td::BatchNorm<float>(24));
        if (norm == "layer") net.add("norm" + std::to_string(i), td::LayerNorm<float>(24));
        net.add("act" + std::to_string(i), td::Tanh<float>());
    }
    net.add("drop", td::Dropout<float>(0.1, rng));
    net.add("head", td::Linear<float>(24, 5, rng));
    return net;
}

}  // namespace

TEST_CASE("allocations are counted at all") {
    CHECK(count([](int) { td::Tensor<float>::from_shape({100}); }) == 5);
}

TEST_CASE("a training step of an MLP allocates nothing, a shorter last batch included") {
    for (const std::string norm : {"none", "batch", "layer"}) {
        CAPTURE(norm);
        td::Random rng(1);
        auto net = mlp(norm, rng);
        const auto parameters = net.parameters();
        td::Adam<float> optimizer(parameters, {});
        td::SGD<float> sgd(parameters, {.lr = 0.01, .momentum = 0.9});
        const td::Tensor<float> full = td::ones<float>({32, 24});
        const td::Tensor<float> last = td::ones<float>({7, 24});
        const std::vector<std::size_t> labels(32, 3);
        const std::vector<std::size_t> last_labels(7, 2);
        td::Tape<float> tape;
        const auto step = [&](int i) {
            const bool is_last = i % 3 == 2;
            tape.rewind();
            optimizer.zero_grad();
            const auto logits = net(tape.input(is_last ? last : full, "x")).named("logits");
            const auto loss = td::cross_entropy(logits, is_last ? last_labels : labels);
            tape.backward(loss);
            td::clip_grad_norm(parameters, 0.1);
            optimizer.step();
            sgd.step();
        };
        CHECK(count(step, 6) == 0);
    }
}

TEST_CASE("a training step of an RNN allocates nothing") {
    for (const auto norm :
         {td::RNNNorm::none, td::RNNNorm::layer, td::RNNNorm::batch_per_step, td::RNNNorm::batch_shared}) {
        td::Random rng(1);
        td::RNNCell<float> cell(6, 24, rng, {.norm = norm, .steps = 10});
        td::Linear<float> head(24, 1, rng);
        auto parameters = cell.parameters();
        for (auto* p : head.parameters()) parameters.push_back(p);
        td::Adam<float> optimizer(parameters, {});
        const td::Tensor<float> sequence = td::ones<float>({16, 10, 6});
        const td::Tensor<float> target = td::ones<float>({16, 1});
        td::Tape<float> tape;
        const auto step = [&](int) {
            tape.rewind();
            cell.zero_grad();
            head.zero_grad();
            const auto x = tape.input(sequence);
            td::Variable<float> h;
            for (std::size_t t = 0; t < 10; ++t) {
                const auto row = td::reshape(td::slice(x, 1, t, t + 1), {16, 6});
                h = t == 0 ? cell(row) : cell(row, h);
            }
            const auto loss = td::mse_loss(head(h), target);
            tape.backward(loss);
            td::clip_grad_norm(parameters, 1.0);
            optimizer.step();
        };
        CHECK(count(step) == 0);
    }
}

TEST_CASE("elementary operations allocate nothing either") {
    const td::Tensor<float> a = td::ones<float>({8, 9});
    const td::Tensor<float> row = td::ones<float>({9});
    const td::Tensor<bool> mask = a > row;
    td::Tape<float> tape;
    const auto step = [&](int) {
        tape.rewind();
        const auto scope = tape.scope("outer");
        auto x = tape.variable(a, "a");
        auto y = tape.variable(row, "row");
        auto z = (x * y + 2.0f) / (x - 3.0f);
        z = td::softmax(td::exp(z)) + td::sqrt(td::square(z) + 1);
        z = td::maximum(z, y) + td::mean(z, 1, true) + td::sum(z, 0) + td::var(z, 0, true);
        z = td::where(mask, z, td::masked_fill(z, mask, 3)) + a;
        z = td::transpose(td::matmul(z, td::transpose(x)));
        tape.backward(td::mean(td::log_softmax(z, 0)));
    };
    CHECK(count(step) == 0);
}
