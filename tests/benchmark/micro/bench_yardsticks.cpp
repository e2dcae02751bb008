// The memory's bandwidth, which an operation that computes little can reach: memcpy, and the triad of STREAM.
#include <cstring>

#include "bench_support.hpp"

namespace micro {

void register_yardsticks() {
    for (const Size size : kSizes) {
        const std::size_t n = size.all();
        benchmark::RegisterBenchmark(("yardstick/memcpy/" + size_name(size)).c_str(), [=](auto& state) {
            const std::vector<float> from(n, 1.F);
            std::vector<float> to(n);
            run(
                state,
                [&] {
                    std::memcpy(to.data(), from.data(), n * sizeof(float));
                    benchmark::DoNotOptimize(to.data());
                },
                2 * n * sizeof(float));
        });
        benchmark::RegisterBenchmark(("yardstick/triad/" + size_name(size)).c_str(), [=](auto& state) {
            const std::vector<float> b(n, 1.F), c(n, 2.F);
            std::vector<float> a(n);
            run(
                state,
                [&] {
                    float* __restrict to = a.data();
                    for (std::size_t i = 0; i < n; ++i) to[i] = b[i] + 3.F * c[i];
                    benchmark::DoNotOptimize(to);
                },
                3 * n * sizeof(float));
        });
    }
}

}  // namespace micro
