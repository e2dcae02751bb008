// What the micro-benchmarks share.
#pragma once

#include <benchmark/benchmark.h>

#include "../allocations.hpp"
#include "subject.hpp"

namespace micro {

/// Runs `step` a few times until the memory is there, then as the benchmark's body. Counters: "allocations"
/// in each run, and with `bytes` (that a run must read or write at least) the bandwidth.
template <class Step>
void run(benchmark::State& state, Step step, std::size_t bytes = 0) {
    for (int i = 0; i < 3; ++i) step();
    const std::size_t before = benchmark_steps::allocations();
    for (auto _ : state) {
        step();
        benchmark::ClobberMemory();
    }
    const auto made = static_cast<double>(benchmark_steps::allocations() - before);
    state.counters["allocations"] = benchmark::Counter(made, benchmark::Counter::kAvgIterations);
    if (bytes > 0) state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
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
