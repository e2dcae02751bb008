// Starting the program again with OpenBLAS's environment variables set.
#include "demos/common/pin_blas.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "demos/common/error.hpp"

// Weak, so that a BLAS other than OpenBLAS links too.
extern "C" [[gnu::weak]] char* openblas_get_corename();

namespace tapedeck::demos {
namespace {

bool environment_says(const char* name, const std::string& value) {
    const char* found = std::getenv(name);
    return found != nullptr && value == found;
}

}  // namespace

std::string wanted_blas_core_type() {
    if (const char* chosen = std::getenv("TAPEDECK_BLAS_CORETYPE"); chosen != nullptr && *chosen != '\0')
        return chosen;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
        return "SkylakeX";
    }
    if (__builtin_cpu_supports("avx2")) return "Haswell";
#endif
    return "";
}

void pin_blas(char** argv) {
    const std::string core_type = wanted_blas_core_type();
    const bool core_type_set = core_type.empty() || environment_says("OPENBLAS_CORETYPE", core_type);
    if (core_type_set && environment_says("OPENBLAS_NUM_THREADS", "1")) return;
    if (!core_type.empty()) setenv("OPENBLAS_CORETYPE", core_type.c_str(), 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    execv("/proc/self/exe", argv);
    throw Error(
        fmt::format("The program could not start itself again with fixed BLAS kernels ({}); start it with "
                    "OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE={}.",
                    std::strerror(errno), core_type));
}

std::string blas_core_type() {
    return openblas_get_corename != nullptr ? openblas_get_corename() : "unknown";
}

}  // namespace tapedeck::demos
