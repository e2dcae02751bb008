#include "demos/step_through/models.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <array>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/activation.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/layers/rnn_cell.hpp>
#include <utility>

#include "demos/step_through/by_hand.hpp"

namespace tapedeck::demos::step_through {
namespace {

using Var = Variable<double>;

Tensor<double> normal(const Shape& shape, Random& rng) {
    Tensor<double> x = Tensor<double>::from_shape(shape);
    for (double& v : x.storage()) v = rng.normal();
    return x;
}

std::vector<std::size_t> classes(std::size_t rows, std::size_t n, Random& rng) {
    std::vector<std::size_t> targets(rows);
    for (std::size_t& t : targets) t = rng.below(n);
    return targets;
}

/// Linear, a normalization, Tanh, Linear.
template <class Norm>
struct Mlp final : Module<double> {
    Linear<double> fc1, fc2;
    Norm norm;

    explicit Mlp(Random& rng) : fc1(4, 5, rng), fc2(5, 3, rng), norm(5) {
        // As after some training: with ones and zeros the adjoint of weight and bias is easily overlooked.
        for (double& w : norm.weight->value.storage()) w = rng.uniform(0.5, 1.5);
        for (double& b : norm.bias->value.storage()) b = rng.uniform(-0.5, 0.5);
    }
    Var forward(Var x) override {
        Var h = fc1(x);
        h = norm(h);
        h = tanh(h).named("h");
        return fc2(h).named("logits");
    }
    void visit(Visitor<double>& v) override { v("fc1", fc1), v("norm", norm), v("fc2", fc2); }
};

template <class Norm>
std::unique_ptr<Example> make_mlp(std::string title, std::uint64_t seed) {
    auto example = std::make_unique<Example>();
    example->title = std::move(title);
    Random rng(seed);
    auto net = std::make_unique<Mlp<Norm>>(rng);
    const Tensor<double> x = normal({6, 4}, rng);
    example->loss = cross_entropy((*net)(example->tape.input(x, "x")), classes(6, 3, rng)).named("loss");
    example->modules.push_back(std::move(net));
    return example;
}

/// Four steps of an RNNCell; the last hidden state is read by a Linear.
std::unique_ptr<Example> make_rnn(std::uint64_t seed) {
    auto example = std::make_unique<Example>();
    example->title = "rnn";
    Random rng(seed);
    auto cell = std::make_unique<RNNCell<double>>(2, 4, rng);
    auto head = std::make_unique<Linear<double>>(4, 2, rng);
    cell->named("cell");
    head->named("head");
    const auto x = [&](int t) { return example->tape.input(normal({4, 2}, rng), fmt::format("x{}", t)); };
    Var h = (*cell)(x(1)).named("h1");
    h = (*cell)(x(2), h).named("h2");
    h = (*cell)(x(3), h).named("h3");
    h = (*cell)(x(4), h).named("h4");
    example->loss = cross_entropy((*head)(h), classes(4, 2, rng)).named("loss");
    example->modules.push_back(std::move(cell));
    example->modules.push_back(std::move(head));
    return example;
}

/// A deeper net with the activations of by_hand.hpp.
struct ByHand final : Module<double> {
    Linear<double> fc1, fc2, fc3, fc4;
    LayerNorm<double> norm1, norm2;
    std::uint64_t mistake;  ///< which of the three activations has it

    ByHand(Random& rng, std::uint64_t which)
        : fc1(4, 6, rng),
          fc2(6, 6, rng),
          fc3(6, 6, rng),
          fc4(6, 3, rng),
          norm1(6),
          norm2(6),
          mistake(which) {}
    by_hand::Sign sign_of(std::uint64_t i) const { return {i == mistake ? -1.0 : 1.0}; }
    Var forward(Var x) override {
        Tape<double>& tape = x.tape();
        Var h = fc1(x);
        h = tape.record<by_hand::Softsign<double>>(Where::here(), sign_of(0), h);
        h = fc2(h);
        h = norm1(h);
        h = tape.record<by_hand::Swish<double>>(Where::here(), sign_of(1), h);
        h = fc3(h);
        h = norm2(h);
        h = tape.record<by_hand::Softplus<double>>(Where::here(), sign_of(2), h);
        return fc4(h);
    }
    void visit(Visitor<double>& v) override {
        v("fc1", fc1), v("fc2", fc2), v("fc3", fc3), v("fc4", fc4), v("norm1", norm1), v("norm2", norm2);
    }
};

std::unique_ptr<Example> make_wrong_by_hand(std::uint64_t seed) {
    auto example = std::make_unique<Example>();
    example->title = "wrong-by-hand";
    Random rng(seed);
    auto net = std::make_unique<ByHand>(rng, seed % 3);
    const std::string_view wrong = std::array{"Softsign", "Swish", "Softplus"}[seed % 3];
    const Tensor<double> x = normal({6, 4}, rng);
    example->loss = cross_entropy((*net)(example->tape.input(x, "x")), classes(6, 3, rng)).named("loss");
    example->modules.push_back(std::move(net));
    for (const auto& entry : example->tape) {
        if (entry.op() == wrong) example->wrong = entry.index();
    }
    return example;
}

}  // namespace

const std::vector<std::string>& model_names() {
    static const std::vector<std::string> names{"mlp", "rnn", "bn-vs-ln", "wrong-by-hand"};
    return names;
}

Model make_model(const std::string& name, std::uint64_t seed) {
    Model model{name, "", {}};
    if (name == "mlp") {
        model.introduction =
            "Linear, LayerNorm, Tanh, Linear and a cross entropy, on 6 samples of 3 classes.";
        model.tapes.push_back(make_mlp<LayerNorm<double>>("mlp", seed));
    } else if (name == "rnn") {
        model.introduction =
            "Four steps of an RNNCell, on 4 samples. Its weights are read at every step: watch their "
            "gradients add up.";
        model.tapes.push_back(make_rnn(seed));
    } else if (name == "bn-vs-ln") {
        model.introduction =
            "The same batch and weights through BatchNorm and through LayerNorm, on two tapes: o shows the "
            "other one at the same place.";
        model.tapes.push_back(make_mlp<BatchNorm<double>>("BatchNorm", seed));
        model.tapes.push_back(make_mlp<LayerNorm<double>>("LayerNorm", seed));
    } else if (name == "wrong-by-hand") {
        model.introduction =
            "One adjoint has a wrong sign. In which entry? Ten moves are enough: c compares a gradient with "
            "differences, and a N answers.";
        model.tapes.push_back(make_wrong_by_hand(seed));
    } else {
        throw ValueError(
            fmt::format("There is no model \"{}\": there are {}.", name, fmt::join(model_names(), ", ")));
    }
    return model;
}

}  // namespace tapedeck::demos::step_through
