// bench_ours: Tapedeck as a peer of the benchmark.
#include "about.hpp"
#include "models.hpp"

int main() { return benchmark_steps::serve(benchmark_steps::about("0.1.0"), benchmark_steps::make_step); }
