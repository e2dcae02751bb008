// How a whole training step grows: with time steps, with width, with depth, with the batch.
#include "../models.hpp"
#include "bench_support.hpp"

namespace micro {

namespace {

namespace bs = benchmark_steps;

void add(const std::string& name, const bs::Work& work, std::size_t items) {
    benchmark::RegisterBenchmark(("growth/" + name + "/" + work.norm).c_str(),
                                 [=](auto& state) { run_items(state, items, bs::make_step(work)); });
}

}  // namespace

void register_growth() {
    for (const std::string norm : {"none", "layer", "batch"}) {
        // Items are time steps, and below rows: what stays the same is what does not grow.
        for (const std::size_t t : {10UL, 50UL, 200UL, 500UL, 1000UL, 2000UL}) {
            add("time_steps_by_hand/" + std::to_string(t), {"rnn", norm, 32, {t, 2, 64}}, t);
            add("time_steps_RNNCell/" + std::to_string(t), {"rnn_cell", norm, 32, {t, 2, 64}}, t);
        }
        for (const std::size_t w : {16UL, 32UL, 64UL, 128UL, 256UL, 512UL, 1024UL})
            add("width/" + std::to_string(w), {"mlp", norm, 32, {w, w, w, 10}}, 32);
        for (const std::size_t layers : {2UL, 8UL, 32UL, 128UL}) {
            std::vector<std::size_t> sizes(layers, 64);
            sizes.push_back(10);
            add("depth/" + std::to_string(layers), {"mlp", norm, 32, sizes}, layers);
        }
        for (const std::size_t batch : {4UL, 32UL, 256UL, 2048UL})
            add("batch/" + std::to_string(batch), {"mlp", norm, batch, {64, 64, 64, 10}}, batch);
    }
}

}  // namespace micro
