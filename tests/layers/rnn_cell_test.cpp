// RNNCell: one step against its formula, and which statistics its norms use.
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/rnn_cell.hpp>
#include <tapedeck/layers/sequential.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

Tensor<double> normal(const Shape& shape, std::uint64_t seed) {
    Random rng(seed);
    Tensor<double> x = Tensor<double>::from_shape(shape);
    for (double& v : x) v = rng.normal();
    return x;
}

void check_equal(const Tensor<double>& a, const Tensor<double>& b) {
    REQUIRE(a.shape() == b.shape());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.flat(i) == doctest::Approx(b.flat(i)).epsilon(1e-12));
}

/// x W_ih^T + b_ih + h W_hh^T + b_hh
Variable<double> summed(RNNCell<double>& cell, Variable<double> x, Variable<double> h) {
    auto& tape = x.tape();
    const auto product = [&](Variable<double> v, Boxed<Parameter<double>>& w) {
        return matmul(v, transpose(tape.parameter(*w)));
    };
    return product(x, cell.weight_ih) + tape.parameter(*cell.bias_ih) + product(h, cell.weight_hh) +
           tape.parameter(*cell.bias_hh);
}

std::vector<std::string> names(RNNCell<double>& cell) {
    std::vector<std::string> all;
    for (const auto& [name, p] : cell.named_parameters()) all.push_back(name);
    for (const auto& [name, b] : cell.named_buffers()) all.push_back(name);
    return all;
}

}  // namespace

TEST_CASE("rnn_cell: value and gradients are those of the formula written out") {
    Random rng(1);
    RNNCell<double> cell(3, 4, rng);
    Tape<double> tape;
    const auto x = tape.variable(normal({5, 3}, 1));
    const auto h = tape.variable(normal({5, 4}, 2));
    const auto fused = cell(x, h);
    const auto written = tanh(summed(cell, x, h));
    check_equal(fused.value(), written.value());
    const auto cotangent = normal({5, 4}, 3);
    tape.backward(fused, cotangent);
    const Tensor<double> dx = x.grad(), dh = h.grad();
    std::vector<Tensor<double>> gradients;
    for (const auto* p : cell.parameters()) gradients.push_back(p->grad);
    cell.zero_grad();
    tape.backward(written, cotangent);
    check_equal(dx, x.grad());
    check_equal(dh, h.grad());
    for (std::size_t i = 0; i < 4; ++i) check_equal(gradients[i], cell.parameters()[i]->grad);
}

TEST_CASE("rnn_cell: the first step has h = 0, its bias included") {
    Random rng(1);
    RNNCell<double> cell(3, 4, rng);
    Tape<double> tape;
    const auto x = tape.input(normal({2, 3}, 1));
    const auto first = cell(x);
    check_equal(first.value(), tanh(summed(cell, x, tape.input(zeros<double>({2, 4})))).value());
    tape.backward(sum(first));
    for (const double g : cell.bias_hh->grad) CHECK(g != 0);
    for (const double g : cell.weight_hh->grad) CHECK(g == 0);
}

TEST_CASE("rnn_cell: parameters as torch.nn.RNNCell names them, uniform in ±1/sqrt(hidden)") {
    Random rng(1);
    RNNCell<double> cell(3, 25, rng);
    CHECK(names(cell) == std::vector<std::string>{"weight_ih", "weight_hh", "bias_ih", "bias_hh"});
    CHECK(cell.weight_ih->value.shape() == Shape{25, 3});
    CHECK(cell.weight_hh->value.shape() == Shape{25, 25});
    for (const auto* p : cell.parameters()) {
        const auto [low, high] = std::minmax_element(p->value.begin(), p->value.end());
        CHECK(*low >= -0.2);
        CHECK(*high < 0.2);
        CHECK(*high - *low > 0.3);
    }
}

TEST_CASE("rnn_cell: with a LayerNorm on the summed pre-activation") {
    Random rng(1);
    RNNCell<double> cell(3, 4, rng, {.norm = RNNNorm::layer});
    CHECK(names(cell) == std::vector<std::string>{"weight_ih", "weight_hh", "bias_ih", "bias_hh",
                                                  "norm.weight", "norm.bias"});
    cell.parameters()[4]->value = normal({4}, 7);
    cell.parameters()[5]->value = normal({4}, 8);
    Tape<double> tape;
    const auto x = tape.input(normal({5, 3}, 1));
    const auto h = tape.input(normal({5, 4}, 2));
    const auto expected =
        tanh(layer_norm(summed(cell, x, h), {4}, std::optional(tape.parameter(*cell.parameters()[4])),
                        std::optional(tape.parameter(*cell.parameters()[5]))));
    const auto y = cell(x, h);
    check_equal(y.value(), expected.value());
    CHECK(tape[y.index() - 1].op() == "LayerNorm");
    CHECK(tape[y.index() - 1].scope() == "norm");
}

TEST_CASE("rnn_cell: BatchNorm per step keeps statistics of its own for each step") {
    Random rng(1);
    RNNCell<double> cell(1, 2, rng, {.norm = RNNNorm::batch_per_step, .steps = 3});
    const auto all = names(cell);
    CHECK(all.size() == 6 + 9);
    CHECK(all[6] == "norm.0.running_mean");
    CHECK(all[14] == "norm.2.num_batches_tracked");
    const auto buffers = cell.named_buffers();
    Tape<double> tape;
    Variable<double> h;
    // Sequences of 4 steps: the last set serves steps 2 and 3.
    std::vector<Tensor<double>> before_norm;
    for (int t = 0; t < 4; ++t) {
        const auto x = tape.input(normal({6, 1}, static_cast<std::uint64_t>(10 + t)) * (t + 1.0));
        h = t == 0 ? cell(x) : cell(x, h);
        const Entry<double>& norm = tape[h.index() - 1];
        REQUIRE(norm.op() == "BatchNorm");
        before_norm.push_back(tape[norm.inputs()[0]].value());
    }
    const auto mean_of = [&](std::size_t t) { return Tensor<double>(xt::mean(before_norm[t], {0})); };
    check_equal(*buffers[0].second, Tensor<double>(mean_of(0) * 0.1));
    check_equal(*buffers[3].second, Tensor<double>(mean_of(1) * 0.1));
    check_equal(*buffers[6].second, Tensor<double>(mean_of(2) * 0.09 + mean_of(3) * 0.1));
    CHECK((*buffers[2].second)() == 1);
    CHECK((*buffers[8].second)() == 2);
    // A new sequence begins with the first step's again.
    cell(tape.input(normal({6, 1}, 1)));
    CHECK((*buffers[2].second)() == 2);
    CHECK((*buffers[5].second)() == 1);
}

TEST_CASE("rnn_cell: in eval mode each step reads its own running statistics") {
    Random rng(1);
    RNNCell<double> cell(1, 2, rng, {.norm = RNNNorm::batch_per_step, .steps = 2});
    *cell.named_buffers()[0].second = full<double>({2}, 10);
    *cell.named_buffers()[3].second = full<double>({2}, -10);
    cell.eval();
    Tape<double> tape;
    const auto x = tape.input(zeros<double>({1, 1}));
    const auto h = cell(x);
    CHECK(h.value()(0, 0) < -0.99);
    CHECK(cell(x, h).value()(0, 0) > 0.99);
    CHECK((*cell.named_buffers()[2].second)() == 0);
}

TEST_CASE("rnn_cell: BatchNorm shared keeps one set for all steps") {
    Random rng(1);
    RNNCell<double> cell(1, 2, rng, {.norm = RNNNorm::batch_shared});
    CHECK(names(cell)[6] == "norm.running_mean");
    CHECK(names(cell).size() == 9);
    Tape<double> tape;
    const auto x = tape.input(normal({6, 1}, 1));
    cell(x, cell(x));
    CHECK((*cell.named_buffers()[2].second)() == 2);
}

TEST_CASE("rnn_cell: a weight of an RNN is one entry with many arcs") {
    Random rng(1);
    RNNCell<double> cell(3, 4, rng);
    cell.named("rnn");
    Tape<double> tape;
    const auto x = tape.input(normal({2, 3}, 1));
    auto h = cell(x);
    for (int t = 1; t < 5; ++t) h = cell(x, h);
    int parameters = 0;
    for (const auto& entry : tape) parameters += entry.parameter() != nullptr ? 1 : 0;
    CHECK(parameters == 4);
    tape.backward(sum(h));
    CHECK(tape.parameter(*cell.weight_ih).entry().contributions() == 5);
    CHECK(tape.parameter(*cell.weight_hh).entry().contributions() == 4);
    CHECK(h.entry().scope() == "rnn");
}

TEST_CASE("rnn_cell: what can't be") {
    Random rng(1);
    CHECK_THROWS_AS(RNNCell<float>(0, 3, rng), ValueError);
    CHECK_THROWS_AS(RNNCell<float>(3, 0, rng), ValueError);
    CHECK(says(error_text<ValueError>([&] { RNNCell<float>(3, 4, rng, {.norm = RNNNorm::batch_per_step}); }),
               {"batch_per_step", ".steps"}));
    RNNCell<double> cell(3, 4, rng);
    Tape<double> tape;
    const auto x = tape.input(ones<double>({2, 3}));
    CHECK_THROWS_AS(cell(tape.input(ones<double>({2, 4}))), ShapeError);
    CHECK_THROWS_AS(cell(x, x), ShapeError);
}

TEST_CASE("rnn_cell: batch_per_step counts anew after restart, with an h of one's own") {
    Random rng(1);
    RNNCell<float> cell(1, 2, rng, {.norm = RNNNorm::batch_per_step, .steps = 2});
    Tape tape;
    for (int s = 0; s < 3; ++s) {
        cell.restart();
        Variable<float> h = tape.input(zeros<float>({3, 2}));
        for (int t = 0; t < 2; ++t) h = cell(tape.input(tensor({3, 1}, {1, 2, 4})), h);
    }
    CHECK((*cell.named_buffers()[2].second)() == 3);
    CHECK((*cell.named_buffers()[5].second)() == 3);
}
