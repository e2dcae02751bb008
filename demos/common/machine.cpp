// Asking the system what it is.
#include "demos/common/machine.hpp"

#include <sys/resource.h>

#include <fstream>
#include <string>
#include <thread>

#include "demos/common/pin_blas.hpp"

namespace tapedeck::demos {
namespace {

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "unknown";
}

std::string compiler() {
#if defined(__clang__)
    return "clang " __clang_version__;
#else
    return "g++ " __VERSION__;
#endif
}

long peak_memory_mb() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

}  // namespace

nlohmann::json describe_machine() {
    return {{"processor", processor()},
            {"cores", std::thread::hardware_concurrency()},
            {"blas_core_type", blas_core_type()},
            {"blas_threads", 1},
            {"compiler", compiler()},
            {"peak_memory_mb", peak_memory_mb()}};
}

}  // namespace tapedeck::demos
