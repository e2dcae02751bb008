// Modules from the descriptions that the fixtures hold (cases/models.py), with the fixture's parameters.
#pragma once

#include <stdexcept>
#include <string>
#include <tapedeck/layers/activation.hpp>
#include <tapedeck/layers/linear.hpp>
#include <tapedeck/layers/normalization.hpp>
#include <tapedeck/layers/rnn_cell.hpp>
#include <tapedeck/layers/sequential.hpp>
#include <tapedeck/layers/weight_norm.hpp>
#include <vector>

#include <fmt/format.h>

#include "run.hpp"

namespace tapedeck::parity {

/// x (T, N, in) -> all hidden states (T, N, hidden), or with a head its output of the last one (N, out).
template <class T>
struct Rnn : Module<T> {
    RNNCell<T> cell;
    Boxed<Linear<T>> head;

    Rnn(std::size_t in, std::size_t hidden, Random& rng, RNNCellOptions options)
        : cell(in, hidden, rng, options) {}
    Variable<T> forward(Variable<T> x) override {
        std::vector<Variable<T>> states;
        const std::size_t steps = x.shape()[0];
        for (std::size_t t = 0; t < steps; ++t) {
            const Variable<T> now = reshape(slice(x, 0, t, t + 1), {x.shape()[1], x.shape()[2]});
            states.push_back(t == 0 ? cell(now) : cell(now, states.back()));
        }
        return head ? (*head)(states.back()) : stack(states);
    }
    void visit(Visitor<T>& v) override {
        v("cell", cell);
        if (head) v("head", static_cast<Module<T>&>(*head));
    }
};

inline RNNNorm rnn_norm(const std::string& name) {
    if (name == "none") return RNNNorm::none;
    if (name == "layer") return RNNNorm::layer;
    if (name == "batch_shared") return RNNNorm::batch_shared;
    if (name == "batch_per_step") return RNNNorm::batch_per_step;
    throw std::runtime_error(fmt::format("the test knows no RNN norm called {}", name));
}

/// Adds the module that it is handed. A lambda in its place would be a new type at each depth of with_module,
/// without end.
template <class T>
struct AddTo {
    Sequential<T>& net;
    std::string name;
    template <class M>
    void operator()(M module) const {
        net.add(name, std::move(module));
    }
};

/// Hands the module of this description to f.
template <class T, class F>
void with_module(const nlohmann::json& s, Random& rng, F f) {
    const std::string type = s.at("type");
    const auto size = [&](const char* key) { return s.at(key).get<std::size_t>(); };
    const auto flag = [&](const char* key) { return s.at(key).get<bool>(); };
    const auto optional = [&](const char* key) {
        return s.at(key).is_null() ? std::nullopt : std::optional(s.at(key).get<double>());
    };
    const auto shape = [&] {
        Shape result;
        for (const std::size_t n : s.at("shape")) result.push_back(n);
        return result;
    };
    if (type == "Linear") return f(Linear<T>(size("in"), size("out"), rng, {.bias = flag("bias")}));
    if (type == "WeightNorm")
        return f(WeightNorm<T>(Linear<T>(size("in"), size("out"), rng, {.bias = flag("bias")})));
    if (type == "Tanh") return f(Tanh<T>());
    if (type == "ReLU") return f(ReLU<T>());
    if (type == "Sigmoid") return f(Sigmoid<T>());
    if (type == "GELU") return f(GELU<T>());
    if (type == "Dropout") return f(Dropout<T>(*optional("p"), rng));
    if (type == "BatchNorm") {
        return f(BatchNorm<T>(size("features"), {.eps = *optional("eps"),
                                                 .momentum = optional("momentum"),
                                                 .affine = flag("affine"),
                                                 .track_running_stats = flag("track_running_stats")}));
    }
    if (type == "InstanceNorm") {
        return f(InstanceNorm<T>(size("channels"), {.eps = *optional("eps"),
                                                    .momentum = optional("momentum"),
                                                    .affine = flag("affine"),
                                                    .track_running_stats = flag("track_running_stats")}));
    }
    if (type == "LayerNorm") {
        return f(LayerNorm<T>(shape(), {.eps = *optional("eps"),
                                        .elementwise_affine = flag("elementwise_affine"),
                                        .bias = flag("bias")}));
    }
    if (type == "RMSNorm")
        return f(
            RMSNorm<T>(shape(), {.eps = optional("eps"), .elementwise_affine = flag("elementwise_affine")}));
    if (type == "GroupNorm") {
        return f(GroupNorm<T>(size("groups"), size("channels"),
                              {.eps = *optional("eps"), .affine = flag("affine")}));
    }
    if (type == "RNN") {
        Rnn<T> rnn(size("in"), size("hidden"), rng, {.norm = rnn_norm(s.at("norm")), .steps = size("steps")});
        if (!s.at("head").is_null()) rnn.head = Boxed(Linear<T>(size("hidden"), size("head"), rng));
        return f(std::move(rnn));
    }
    if (type == "Sequential") {
        Sequential<T> net;
        std::size_t i = 0;
        for (const auto& layer : s.at("layers")) {
            const std::string name = layer.value("name", fmt::format("{}", i++));
            with_module<T>(layer, rng, AddTo<T>{net, name});
        }
        return f(std::move(net));
    }
    throw std::runtime_error(fmt::format("the test knows no module called {}", type));
}

/// The case's module, with the parameters that the fixture gives it.
template <class T>
AnyModule<T> module_of(Run<T>& run) {
    Random rng(1);
    std::optional<AnyModule<T>> made;
    with_module<T>(run.options().at("module"), rng,
                   [&](auto module) { made = AnyModule<T>(std::move(module)); });
    for (const auto& [path, p] : (**made).named_parameters()) {
        const Tensor<T> value = run.tensor(fmt::format("param {}", path));
        if (value.shape() != p->value.shape())
            throw std::runtime_error(fmt::format("{} is {}, in PyTorch {}", path, to_text(p->value.shape()),
                                                 to_text(value.shape())));
        p->value = value;
        p->changed();
    }
    return *std::move(made);
}

/// Compares all buffers, but for InstanceNorm's count of batches, which PyTorch leaves at 0.
template <class T>
void check_buffers(Run<T>& run, Module<T>& module) {
    for (const auto& [path, buffer] : module.named_buffers()) {
        const std::string name = fmt::format("buffer {}", path);
        if (run.expects(name) || !path.ends_with("num_batches_tracked")) run.check(name, *buffer);
    }
}

/// A module taken through training and eval passes: y and the gradient of x of each, then the parameters'
/// gradients, which add up, and the buffers.
template <class T>
void run_steps(Run<T>& run) {
    const AnyModule<T> any = module_of(run);
    Module<T>& net = *any;
    std::size_t k = 0;
    for (const std::string mode : run.options().at("modes")) {
        net.train(mode == "train");
        run.tape.rewind();
        const Variable<T> x = run.tape.variable(run.tensor(fmt::format("x{}", k)));
        const Variable<T> y = net(x);
        run.check(fmt::format("y{}", k), y.value());
        run.tape.backward(y, run.tensor(fmt::format("cotangent{}", k)));
        run.check(fmt::format("x{}.grad", k), x.grad());
        ++k;
    }
    for (const auto& [path, p] : net.named_parameters()) run.check(fmt::format("grad {}", path), p->grad);
    check_buffers(run, net);
}

}  // namespace tapedeck::parity
