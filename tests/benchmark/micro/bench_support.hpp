// What the micro-benchmarks share.
#pragma once

#include <algorithm>

#include <benchmark/benchmark.h>

#include "../../allocations.hpp"
#include "subject.hpp"

namespace micro {

/// The counters: "allocations" in each run since `before`, and with `bytes` (that a run must read or write at
/// least) the bandwidth.
inline void report(benchmark::State& state, std::size_t before, std::size_t bytes) {
    const auto made = static_cast<double>(tapedeck::test::allocations() - before);
    state.counters["allocations"] = benchmark::Counter(made, benchmark::Counter::kAvgIterations);
    if (bytes > 0) state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

/// Runs `step` a few times until the memory is there, then as the benchmark's body.
template <class Step>
void run(benchmark::State& state, Step step, std::size_t bytes = 0) {
    for (int i = 0; i < 3; ++i) step();
    const std::size_t before = tapedeck::test::allocations();
    for (auto _ : state) {
        step();
        benchmark::ClobberMemory();
    }
    report(state, before, bytes);
}

/// A loss whose adjoint hands dy on with a plain copy: the least that a reverse pass can start with.
struct Seed final : td::Op<float> {
    struct Options {
        const td::Tensor<float>* dy = nullptr;
    };
    Options options;
    std::string_view name() const override { return "Seed"; }
    std::string_view rule() const override { return "dx = dy, given"; }
    void forward(td::Forward<float>& f) override { f.output({}).storage()[0] = 0; }
    void adjoint(td::Reverse<float>& r) override {
        const td::Deposit<float> to = r.deposit(0);
        std::copy(options.dy->storage().begin(), options.dy->storage().end(), to.data);
    }
};

/// The pass back from y with dy given: its adjoints, and one copy of dy.
inline void run_adjoints(benchmark::State& state, td::Tape<float>& tape, F y, const td::Tensor<float>& dy,
                         std::size_t bytes = 0) {
    const F loss = tape.record<Seed>(td::Where::here(), {&dy}, y);
    run(
        state, [&] { tape.backward(loss); }, bytes);
}

/// The same for `items` in each run (entries, time steps, rows): how many a second, and the time of one.
template <class Step>
void run_items(benchmark::State& state, std::size_t items, Step step) {
    run(state, step);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
    state.counters["item"] =
        benchmark::Counter(static_cast<double>(items),
                           benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

inline std::string size_name(Size size) {
    return std::to_string(size.rows) + "x" + std::to_string(size.columns);
}

// What registers the benchmarks of a file.
void register_yardsticks();
void register_operations();
void register_modules();
void register_optimizers();
void register_tape();
void register_growth();

}  // namespace micro
