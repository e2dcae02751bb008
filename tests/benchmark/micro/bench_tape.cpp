// The tape itself: one-element entries recorded and reversed, items_per_second of them, from 1e3 to 1e6.
#include "bench_support.hpp"

namespace micro {

namespace {

const td::Tensor<float> kStart{0.5F};

/// A chain of `n` entries, each made by `next` from the one before.
template <class Next>
void add(const std::string& name, Next next) {
    for (const std::size_t n : {1'000UL, 10'000UL, 100'000UL, 1'000'000UL}) {
        const auto record = [=](td::Tape<float>& tape) {
            tape.rewind();
            F x = tape.variable(kStart);
            for (std::size_t i = 0; i < n; ++i) x = next(x);
            return x;
        };
        const std::string full = "tape/" + name + "/" + std::to_string(n);
        benchmark::RegisterBenchmark((full + "/record").c_str(), [=](auto& state) {
            td::Tape<float> tape;
            run_items(state, n, [&] { record(tape); });
        });
        benchmark::RegisterBenchmark((full + "/reverse").c_str(), [=](auto& state) {
            td::Tape<float> tape;
            const F y = record(tape);
            run_items(state, n, [&] { tape.backward(y); });
        });
        benchmark::RegisterBenchmark((full + "/record_and_reverse").c_str(), [=](auto& state) {
            td::Tape<float> tape;
            run_items(state, n, [&] { tape.backward(record(tape)); });
        });
    }
}

}  // namespace

void register_tape() {
    add("tanh", [](F x) { return td::tanh(x); });
    add("multiply", [](F x) { return x * x; });
    add("layer_norm", [](F x) { return td::layer_norm(x, {1}); });
}

}  // namespace micro
