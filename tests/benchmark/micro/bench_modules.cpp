// Every module, forward and back, as a training step calls it: under a scope, with parameters of its own.
#include <memory>

#include "bench_support.hpp"

namespace micro {

namespace {

/// A module called on x, and the pass back from its output.
template <class M>
void add(const std::string& name, std::function<M(Size)> make, std::function<td::Shape(Size)> shape = {}) {
    for (const Size size : kProductSizes) {
        struct Bench {
            M module;
            td::Parameter<float> x;
            td::Tape<float> tape;
            td::Tensor<float> dy;
            F record() {
                tape.rewind();
                return module(tape.parameter(x));
            }
        };
        const auto prepared = [=] {
            const td::Shape of_x = shape ? shape(size) : td::Shape{size.rows, size.columns};
            return std::unique_ptr<Bench>(new Bench{make(size), td::Parameter<float>(draw(of_x)), {}, {}});
        };
        const std::string full = "module/" + name + "/" + size_name(size);
        benchmark::RegisterBenchmark((full + "/forward").c_str(), [=](auto& state) {
            const auto bench = prepared();
            run(state, [&] { benchmark::DoNotOptimize(bench->record().index()); });
        });
        benchmark::RegisterBenchmark((full + "/adjoint").c_str(), [=](auto& state) {
            const auto bench = prepared();
            const F y = bench->record();
            bench->dy = draw(y.shape());
            run(state, [&] { bench->tape.backward(y, bench->dy); });
        });
    }
}

/// x is (rows, 8, columns / 8).
td::Shape with_channels(Size s) { return {s.rows, 8, s.columns / 8}; }

td::Random& random() {
    static td::Random random(1);
    return random;
}

/// One call behind a first one, which gives it its h.
struct CalledTwice : td::Module<float> {
    td::RNNCell<float> cell;
    explicit CalledTwice(td::RNNCell<float> its_cell) : cell(std::move(its_cell)) {}
    F forward(F x) override { return cell(x, cell(x)); }
    void visit(td::Visitor<float>& v) override { v("cell", cell); }
};

void add_cell(const std::string& name, td::RNNNorm norm) {
    add<CalledTwice>("RNNCell_" + name + "_two_steps", [=](Size s) {
        return CalledTwice(td::RNNCell<float>(s.columns, s.columns, random(), {.norm = norm, .steps = 2}));
    });
}

}  // namespace

void register_modules() {
    using S = Size;
    add<td::Tanh<float>>("Tanh", [](S) { return td::Tanh<float>(); });
    add<td::ReLU<float>>("ReLU", [](S) { return td::ReLU<float>(); });
    add<td::Sigmoid<float>>("Sigmoid", [](S) { return td::Sigmoid<float>(); });
    add<td::GELU<float>>("GELU", [](S) { return td::GELU<float>(); });
    add<td::Dropout<float>>("Dropout", [](S) { return td::Dropout<float>(0.5, random()); });
    add<td::Linear<float>>("Linear", [](S s) { return td::Linear<float>(s.columns, s.columns, random()); });
    add<td::WeightNorm<float>>("WeightNorm", [](S s) {
        return td::WeightNorm<float>(td::Linear<float>(s.columns, s.columns, random()));
    });
    add<td::BatchNorm<float>>("BatchNorm", [](S s) { return td::BatchNorm<float>(s.columns); });
    add<td::BatchNorm<float>>(
        "BatchNorm_of_channels", [](S) { return td::BatchNorm<float>(8); }, with_channels);
    add<td::LayerNorm<float>>("LayerNorm", [](S s) { return td::LayerNorm<float>(s.columns); });
    add<td::RMSNorm<float>>("RMSNorm", [](S s) { return td::RMSNorm<float>(s.columns); });
    add<td::GroupNorm<float>>(
        "GroupNorm", [](S) { return td::GroupNorm<float>(4, 8); }, with_channels);
    add<td::InstanceNorm<float>>(
        "InstanceNorm", [](S) { return td::InstanceNorm<float>(8); }, with_channels);
    add<td::Sequential<float>>("Sequential_of_Linear_LayerNorm_Tanh", [](S s) {
        td::Sequential<float> net;
        net.add("fc", td::Linear<float>(s.columns, s.columns, random()));
        net.add("norm", td::LayerNorm<float>(s.columns));
        net.add("act", td::Tanh<float>());
        return net;
    });
    add_cell("none", td::RNNNorm::none);
    add_cell("layer", td::RNNNorm::layer);
    add_cell("batch_shared", td::RNNNorm::batch_shared);
    add_cell("batch_per_step", td::RNNNorm::batch_per_step);
}

}  // namespace micro
