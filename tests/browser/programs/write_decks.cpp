// write_decks FOLDER: the decks that the browser's tests open, and beside each the tape's true numbers.
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <string>

#include <tapedeck/tapedeck.hpp>

#include "wrong_op.hpp"

namespace td = tapedeck;

namespace {

std::string folder;

td::Tensor<float> noise(const td::Shape& shape, td::Random& rng) {
    td::Tensor<float> x = td::Tensor<float>::from_shape(shape);
    for (float& value : x.storage()) value = static_cast<float>(rng.normal());
    return x;
}

/// The numbers to compare with, and the deck; says how long the deck took.
template <class T>
void write_both(td::Tape<T>& tape, td::Variable<T> loss, const std::string& name) {
    std::ofstream(folder + "/" + name + ".json") << td::to_json(tape, {.values = true, .gradients = true});
    const auto start = std::chrono::steady_clock::now();
    td::write_deck(tape, loss, folder + "/" + name + ".html");
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    fmt::print("{}: {} entries, {:.2f} s\n", name, tape.size(), seconds.count());
}

void write_mlp() {
    td::Random rng(1);
    td::Sequential<double> net;
    net.add("fc1", td::Linear<double>(3, 5, rng)).add("norm1", td::LayerNorm<double>(5));
    net.add("act1", td::Tanh<double>()).add("fc2", td::Linear<double>(5, 2, rng));
    td::Tape<double> tape;
    const td::Tensor<double> x{{0.5, -1, 0.25}, {1.5, 0, -0.75}, {-0.5, 2, 1}, {0.1, 0.2, -2}};
    const auto scope = tape.scope("mlp");
    const auto loss = td::cross_entropy(net(tape.input(x, "x")), {0, 1, 1, 0}).named("loss");
    tape.backward(loss);
    write_both(tape, loss, "mlp");
}

/// 50 steps of 10 entries, batch 32, hidden 64.
void write_rnn() {
    td::Random rng(2);
    td::Tape<float> tape;
    const auto draw = [&](td::Shape shape, float scale) {
        return td::Tensor<float>(noise(shape, rng) * scale);
    };
    td::Parameter<float> w_ih(draw({64, 8}, 0.3F), "w_ih"), w_hh(draw({64, 64}, 0.13F), "w_hh");
    td::Parameter<float> gamma(td::ones<float>({64}), "gamma"), beta(td::zeros<float>({64}), "beta");
    td::Parameter<float> w_out(draw({64, 1}, 0.1F), "w_out");
    auto h = tape.input(td::zeros<float>({32, 64}), "h0");
    const auto a = tape.parameter(w_ih), b = tape.parameter(w_hh), g = tape.parameter(gamma),
               c = tape.parameter(beta);
    for (int t = 1; t <= 50; ++t) {
        const auto step = tape.scope(fmt::format("t{}", t));
        const auto x = tape.input(noise({32, 8}, rng), fmt::format("x{}", t));
        td::Variable<float> z;
        {
            const auto cell = tape.scope("cell");
            const auto from_x = td::matmul(x, td::transpose(a));
            const auto from_h = td::matmul(h, td::transpose(b));
            z = from_x + from_h;
            z = td::layer_norm(z, {64}, g, c);
            z = td::tanh(z);
        }
        h = (z * 0.9F).named(fmt::format("h{}", t));
    }
    const auto loss = td::mean(td::square(td::matmul(h, tape.parameter(w_out)))).named("loss");
    tape.backward(loss);
    write_both(tape, loss, "rnn");
}

template <class Norm>
void train(td::Deck<float>& deck, const std::string& name, Norm norm, const td::Tensor<float>& x,
           const std::vector<std::size_t>& labels) {
    td::Random rng(3);
    td::Sequential<float> net;
    net.add("fc1", td::Linear<float>(2, 12, rng))
        .add("norm1", std::move(norm))
        .add("act1", td::Tanh<float>());
    net.add("fc2", td::Linear<float>(12, 2, rng));
    td::Adam<float> adam(net.parameters(), {.lr = 0.02});
    td::Tape<float> tape;
    for (int step = 0; step <= 100; ++step) {
        tape.rewind();
        adam.zero_grad();
        const auto scope = tape.scope("mlp");
        const auto loss = td::cross_entropy(net(tape.input(x, "x")), labels).named("loss");
        tape.backward(loss);
        if (step == 0 || step == 1 || step == 10 || step == 100) {
            deck.add(name, fmt::format("step {}", step), loss);
            if (step == 100)
                std::ofstream(folder + "/norms-" + name + ".json")
                    << td::to_json(tape, {.values = true, .gradients = true});
        }
        adam.step();
    }
}

void write_norms() {
    td::Random rng(4);
    const td::Tensor<float> x = noise({16, 2}, rng);
    std::vector<std::size_t> labels;
    for (std::size_t i = 0; i < 16; ++i) labels.push_back(x(i, 0) * x(i, 1) > 0 ? 1 : 0);
    td::Deck<float> deck({.title = "BatchNorm against LayerNorm"});
    train(deck, "BatchNorm", td::BatchNorm<float>(12), x, labels);
    train(deck, "LayerNorm", td::LayerNorm<float>(12), x, labels);
    deck.write(folder + "/norms.html");
}

/// One network without a norm and one with, to be aligned.
void write_uneven() {
    td::Deck<float> deck({.title = "uneven"});
    for (const bool normed : {false, true}) {
        td::Random rng(6);
        td::Sequential<float> net;
        net.add("fc1", td::Linear<float>(2, 4, rng));
        if (normed) net.add("norm1", td::LayerNorm<float>(4));
        net.add("act1", td::Tanh<float>()).add("fc2", td::Linear<float>(4, 1, rng));
        td::Tape<float> tape;
        deck.add(normed ? "with" : "without", "", td::mean(net(tape.input(noise({3, 2}, rng)))));
    }
    deck.write(folder + "/uneven.html");
}

void write_odd() {
    td::Tape<float> tape;
    const auto x = tape.variable(td::Tensor<float>{{1, 0, -2}, {4, 0.5, 0}}, "x");
    const auto loss = td::mean(td::log(x) * 2.0F).named("loss");
    tape.backward(loss, td::ones<float>({}));
    write_both(tape, loss, "odd");
}

void write_wrong() {
    td::Random rng(5);
    td::Tape<double> tape;
    const auto x = tape.variable(td::Tensor<double>{{0.5, -1.25, 0.75}, {2, 0.25, -0.5}}, "x");
    const auto scope = tape.scope("model");
    const auto y = td::tanh(x * 1.5);
    const auto z = tape.record<WrongSquare<double>>(td::Where::here(), {}, y);
    const auto loss = td::mean(td::exp(z)).named("loss");
    tape.backward(loss);
    write_both(tape, loss, "wrong");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "write_decks: give it one folder to write to.\n");
        return 2;
    }
    folder = argv[1];
    write_mlp();
    write_rnn();
    write_norms();
    write_uneven();
    write_odd();
    write_wrong();
}
