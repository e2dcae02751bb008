// bench_micro: single operations, modules, optimizers and the tape itself, by Google Benchmark.
#include <algorithm>
#include <iostream>
#include <string_view>
#include <vector>

#include <dlfcn.h>
#include <unistd.h>

#include "bench_support.hpp"

namespace {

/// The console's report, and in the end those that allocated in steady state.
class Reporter : public benchmark::ConsoleReporter {
  public:
    Reporter() : ConsoleReporter(isatty(STDOUT_FILENO) != 0 ? OO_ColorTabular : OO_Tabular) {}
    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const Run& run : runs) {
            const auto found = run.counters.find("allocations");
            if (run.run_type != Run::RT_Iteration || found == run.counters.end()) continue;
            ++counted_;
            if (found->second.value > 0) allocating_.push_back(run.benchmark_name());
        }
    }
    void Finalize() override {
        ConsoleReporter::Finalize();
        std::cout << counted_ - allocating_.size() << " of " << counted_
                  << " allocate nothing in steady state" << (allocating_.empty() ? "." : "; these do:")
                  << std::endl;
        for (const std::string& name : allocating_) std::cout << "  " << name << std::endl;
    }

  private:
    std::size_t counted_ = 0;
    std::vector<std::string> allocating_;
};

std::string blas_core_type() {
    using Ask = char* (*)();
    const auto ask = reinterpret_cast<Ask>(dlsym(RTLD_DEFAULT, "openblas_get_corename"));
    return ask == nullptr ? "no OpenBLAS" : ask();
}

}  // namespace

int main(int argc, char** argv) {
    // Short, since there are hundreds of them; a flag given later counts.
    std::string time = "--benchmark_min_time=0.05", counters = "--benchmark_counters_tabular=true";
    std::vector<char*> arguments{argv[0], time.data(), counters.data()};
    arguments.insert(arguments.end(), argv + 1, argv + argc);
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
    benchmark::AddCustomContext("BLAS core type", blas_core_type());
    benchmark::AddCustomContext("bytes_per_second", "of what must be read and written at least");

    micro::register_yardsticks();
    micro::register_operations();
    micro::register_modules();
    micro::register_optimizers();
    micro::register_tape();
    micro::register_growth();
    const auto chooses_format = [](std::string_view flag) { return flag.starts_with("--benchmark_format"); };
    if (std::any_of(argv + 1, argv + argc, chooses_format)) {
        benchmark::RunSpecifiedBenchmarks();
    } else {
        Reporter reporter;
        benchmark::RunSpecifiedBenchmarks(&reporter);
    }
    benchmark::Shutdown();
    return 0;
}
