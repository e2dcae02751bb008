// libtorch's training steps, written as its users would: torch::nn modules and torch::optim::Adam.
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include <torch/torch.h>

#include "../about.hpp"
#include "../protocol.hpp"

namespace {

namespace nn = torch::nn;

torch::nn::AnyModule norm(const std::string& name, int64_t size) {
    if (name == "batch") return nn::AnyModule(nn::BatchNorm1d(size));
    return nn::AnyModule(nn::LayerNorm(nn::LayerNormOptions({size})));
}

struct Mlp {
    nn::Sequential net;
    torch::Tensor x, y;
    bool classes;
    std::unique_ptr<torch::optim::Adam> adam;

    explicit Mlp(const benchmark_steps::Work& work) : classes(work.sizes.back() > 1) {
        const auto& s = work.sizes;
        for (std::size_t i = 0; i + 1 < s.size(); ++i) {
            const auto in = static_cast<int64_t>(s[i]), out = static_cast<int64_t>(s[i + 1]);
            net->push_back(nn::Linear(in, out));
            if (i + 2 == s.size()) break;
            if (work.norm != "none") net->push_back(norm(work.norm, out));
            net->push_back(nn::Tanh());
        }
        const auto rows = static_cast<int64_t>(work.batch);
        x = torch::randn({rows, static_cast<int64_t>(s.front())});
        y = classes ? torch::arange(rows).remainder(static_cast<int64_t>(s.back())) : torch::randn({rows, 1});
        adam = std::make_unique<torch::optim::Adam>(net->parameters(),
                                                    torch::optim::AdamOptions(benchmark_steps::kLr));
    }
    void step() {
        adam->zero_grad();
        const auto out = net->forward(x);
        (classes ? torch::nn::functional::cross_entropy(out, y) : torch::mse_loss(out, y)).backward();
        adam->step();
    }
};

/// By hand: h = tanh(norm(wx(x) + wh(h))).
struct Rnn : nn::Module {
    nn::Linear wx{nullptr}, wh{nullptr}, out{nullptr};
    nn::LayerNorm layer{nullptr};
    nn::BatchNorm1d batch{nullptr};
    std::vector<torch::Tensor> x;
    torch::Tensor y, h0;
    std::unique_ptr<torch::optim::Adam> adam;

    explicit Rnn(const benchmark_steps::Work& work) {
        const auto in = static_cast<int64_t>(work.sizes.at(1)),
                   hidden = static_cast<int64_t>(work.sizes.at(2));
        const auto rows = static_cast<int64_t>(work.batch);
        wx = register_module("wx", nn::Linear(in, hidden));
        wh = register_module("wh", nn::Linear(nn::LinearOptions(hidden, hidden).bias(false)));
        out = register_module("out", nn::Linear(hidden, 1));
        if (work.norm == "layer")
            layer = register_module("norm", nn::LayerNorm(nn::LayerNormOptions({hidden})));
        if (work.norm == "batch") batch = register_module("norm", nn::BatchNorm1d(hidden));
        for (std::size_t t = 0; t < work.sizes.at(0); ++t) x.push_back(torch::randn({rows, in}));
        y = torch::randn({rows, 1});
        h0 = torch::zeros({rows, hidden});
        adam = std::make_unique<torch::optim::Adam>(parameters(),
                                                    torch::optim::AdamOptions(benchmark_steps::kLr));
    }
    void step() {
        adam->zero_grad();
        auto h = h0;
        for (const auto& xt : x) {
            auto z = wx(xt) + wh(h);
            if (layer) z = layer(z);
            if (batch) z = batch(z);
            h = torch::tanh(z);
        }
        torch::mse_loss(out(h), y).backward();
        adam->step();
    }
};

/// torch::nn::RNN, which has no norm.
struct Cell : nn::Module {
    nn::RNN rnn{nullptr};
    nn::Linear out{nullptr};
    torch::Tensor x, y;
    std::unique_ptr<torch::optim::Adam> adam;

    explicit Cell(const benchmark_steps::Work& work) {
        if (work.norm != "none") throw std::runtime_error("torch::nn::RNN has no norm");
        const auto in = static_cast<int64_t>(work.sizes.at(1)),
                   hidden = static_cast<int64_t>(work.sizes.at(2));
        const auto rows = static_cast<int64_t>(work.batch);
        rnn = register_module("rnn", nn::RNN(nn::RNNOptions(in, hidden)));
        out = register_module("out", nn::Linear(hidden, 1));
        x = torch::randn({static_cast<int64_t>(work.sizes.at(0)), rows, in});
        y = torch::randn({rows, 1});
        adam = std::make_unique<torch::optim::Adam>(parameters(),
                                                    torch::optim::AdamOptions(benchmark_steps::kLr));
    }
    void step() {
        adam->zero_grad();
        torch::mse_loss(out(std::get<0>(rnn(x))[-1]), y).backward();
        adam->step();
    }
};

template <class Model>
benchmark_steps::Step step_of(const benchmark_steps::Work& work) {
    return [model = std::make_shared<Model>(work)] { model->step(); };
}

}  // namespace

int main() {
    const char* threads = std::getenv("BENCHMARK_THREADS");
    torch::set_num_threads(threads != nullptr ? std::atoi(threads) : 1);
    return benchmark_steps::serve(benchmark_steps::about(TORCH_VERSION),
                                  [](const benchmark_steps::Work& work) -> benchmark_steps::Step {
                                      if (work.model == "mlp") return step_of<Mlp>(work);
                                      if (work.model == "rnn") return step_of<Rnn>(work);
                                      if (work.model == "rnn_cell") return step_of<Cell>(work);
                                      throw std::runtime_error("there is no model " + work.model);
                                  });
}
