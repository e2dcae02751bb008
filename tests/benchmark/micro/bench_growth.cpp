// How a whole training step grows: with time steps, with width, with depth, with the batch.
#include <immintrin.h>

#include "../models.hpp"
#include "bench_support.hpp"

namespace micro {

namespace {

namespace bs = benchmark_steps;

/// With `flush` denormal numbers are taken for zero. Over some 100 steps a plain RNN's gradients vanish, and
/// on the way they are denormal, which most processors multiply in a hundred times the time.
void add(const std::string& name, const bs::Work& work, std::size_t items, bool flush = false) {
    const std::string full = "growth/" + name + "/" + work.norm + (flush ? "/denormals_flushed" : "");
    benchmark::RegisterBenchmark(full.c_str(), [=](auto& state) {
        const unsigned before = _mm_getcsr();
        if (flush) {
            _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
            _MM_SET_DENORMALS_ZERO_MODE(_MM_DENORMALS_ZERO_ON);
        }
        try {
            run_items(state, items, bs::make_step(work));
        } catch (const td::Error& error) {
            state.SkipWithError(error.what());
        }
        _mm_setcsr(before);
    });
}

}  // namespace

void register_growth() {
    for (const std::string norm : {"none", "layer", "batch"}) {
        // Items are time steps, and below rows: what stays the same is what does not grow.
        for (const std::size_t t : {10UL, 50UL, 200UL, 500UL, 1000UL, 2000UL}) {
            // With BatchNorm gradients grow with each step (Yang 2019), beyond a float's range in the end.
            if (norm == "batch" && t > 200) continue;
            add("time_steps_by_hand/" + std::to_string(t), {"rnn", norm, 32, {t, 2, 64}}, t);
            add("time_steps_RNNCell/" + std::to_string(t), {"rnn_cell", norm, 32, {t, 2, 64}}, t);
            if (norm == "none")
                add("time_steps_RNNCell/" + std::to_string(t), {"rnn_cell", norm, 32, {t, 2, 64}}, t, true);
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
