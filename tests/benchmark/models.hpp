// Tapedeck's training steps, written as its users would.
#pragma once

#include <memory>
#include <stdexcept>

#include <tapedeck/tapedeck.hpp>

#include "protocol.hpp"

namespace benchmark_steps {

namespace td = tapedeck;

using F = td::Variable<float>;

inline td::Tensor<float> draw(const td::Shape& shape, td::Random& rng) {
    auto x = td::Tensor<float>::from_shape(shape);
    for (float& v : x.storage()) v = static_cast<float>(rng.normal());
    return x;
}

inline void add_norm(td::Sequential<float>& net, const std::string& norm, std::size_t size, std::size_t i) {
    const std::string name = "norm" + std::to_string(i);
    if (norm == "batch") net.add(name, td::BatchNorm<float>(size));
    if (norm == "layer") net.add(name, td::LayerNorm<float>(size));
}

/// Linear, norm, tanh; ...; Linear: the mean squared error of one output, or the cross entropy of several.
struct Mlp {
    td::Random rng{1};
    td::Sequential<float> net;
    td::Tensor<float> x, y;
    std::vector<std::size_t> labels;
    td::Tape<float> tape;
    td::Adam<float> adam;

    explicit Mlp(const Work& work) : net(layers(work, rng)), adam(net.parameters(), {.lr = kLr}) {
        x = draw({work.batch, work.sizes.front()}, rng);
        y = draw({work.batch, 1}, rng);
        for (std::size_t i = 0; i < work.batch; ++i) labels.push_back(i % work.sizes.back());
    }
    static td::Sequential<float> layers(const Work& work, td::Random& rng) {
        td::Sequential<float> net;
        const auto& sizes = work.sizes;
        for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
            net.add("fc" + std::to_string(i), td::Linear<float>(sizes[i], sizes[i + 1], rng));
            if (i + 2 == sizes.size()) break;
            add_norm(net, work.norm, sizes[i + 1], i);
            net.add("act" + std::to_string(i), td::Tanh<float>());
        }
        return net;
    }
    void step() {
        tape.rewind();
        adam.zero_grad();
        const F out = net(tape.input(x));
        const F loss = out.shape().back() == 1 ? mse_loss(out, y) : cross_entropy(out, labels);
        tape.backward(loss);
        adam.step();
    }
};

/// h = tanh(norm(wx(x) + wh(h))), over all steps; the mean squared error of a read-out of the last h.
struct Rnn : td::Module<float> {
    td::Random rng{1};
    std::size_t steps, hidden;
    td::Linear<float> wx, wh, out;
    td::Sequential<float> norm;
    std::vector<td::Tensor<float>> x;
    td::Tensor<float> y, h0;
    td::Tape<float> tape;
    td::Adam<float> adam;

    explicit Rnn(const Work& work)
        : steps(work.sizes.at(0)),
          hidden(work.sizes.at(2)),
          wx(work.sizes.at(1), hidden, rng),
          wh(hidden, hidden, rng, {.bias = false}),
          out(hidden, 1, rng),
          norm(make_norm(work, hidden)),
          h0(td::zeros<float>({work.batch, hidden})),
          adam(parameters(), {.lr = kLr}) {
        for (std::size_t t = 0; t < steps; ++t) x.push_back(draw({work.batch, work.sizes.at(1)}, rng));
        y = draw({work.batch, 1}, rng);
    }
    static td::Sequential<float> make_norm(const Work& work, std::size_t hidden) {
        td::Sequential<float> net;
        add_norm(net, work.norm, hidden, 0);
        return net;
    }
    F forward(F) override {
        F h = tape.input(h0);
        for (const auto& xt : x) {
            F z = wx(tape.input(xt)) + wh(h);
            if (norm.size() > 0) z = norm(z);
            h = tanh(z);
        }
        return out(h);
    }
    void visit(td::Visitor<float>& v) override { v("wx", wx), v("wh", wh), v("norm", norm), v("out", out); }
    void step() {
        tape.rewind();
        adam.zero_grad();
        tape.backward(mse_loss(forward({}), y));
        adam.step();
    }
};

/// The same through RNNCell.
struct Cell {
    td::Random rng{1};
    td::RNNCell<float> cell;
    td::Linear<float> out;
    std::vector<td::Tensor<float>> x;
    td::Tensor<float> y;
    td::Tape<float> tape;
    td::Adam<float> adam;

    explicit Cell(const Work& work)
        : cell(work.sizes.at(1), work.sizes.at(2), rng, {.norm = norm(work.norm)}),
          out(work.sizes.at(2), 1, rng),
          adam(parameters(), {.lr = kLr}) {
        for (std::size_t t = 0; t < work.sizes.at(0); ++t)
            x.push_back(draw({work.batch, work.sizes.at(1)}, rng));
        y = draw({work.batch, 1}, rng);
    }
    static td::RNNNorm norm(const std::string& name) {
        return name == "batch"   ? td::RNNNorm::batch_shared
               : name == "layer" ? td::RNNNorm::layer
                                 : td::RNNNorm::none;
    }
    std::vector<td::Parameter<float>*> parameters() {
        auto all = cell.parameters();
        for (auto* p : out.parameters()) all.push_back(p);
        return all;
    }
    void step() {
        tape.rewind();
        adam.zero_grad();
        F h = cell(tape.input(x[0]));
        for (std::size_t t = 1; t < x.size(); ++t) h = cell(tape.input(x[t]), h);
        tape.backward(mse_loss(out(h), y));
        adam.step();
    }
};

template <class Model>
Step step_of(const Work& work) {
    return [model = std::make_shared<Model>(work)] { model->step(); };
}

/// @throws std::runtime_error when there is no such model.
inline Step make_step(const Work& work) {
    if (work.model == "mlp") return step_of<Mlp>(work);
    if (work.model == "rnn") return step_of<Rnn>(work);
    if (work.model == "rnn_cell") return step_of<Cell>(work);
    throw std::runtime_error("there is no model " + work.model);
}

}  // namespace benchmark_steps
