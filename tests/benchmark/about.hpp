// What a peer says of itself: its version, and the BLAS in this process.
#pragma once

#include <string>

#include <dlfcn.h>

namespace benchmark_steps {

/// A JSON object. The core type is what OpenBLAS itself says that it uses; null without OpenBLAS.
inline std::string about(const std::string& version) {
    const auto ask = [](const char* function) -> std::string {
        using Ask = char* (*)();
        const auto f = reinterpret_cast<Ask>(dlsym(RTLD_DEFAULT, function));
        return f == nullptr ? "null" : '"' + std::string(f()) + '"';
    };
    return "{\"version\": \"" + version + "\", \"core_type\": " + ask("openblas_get_corename") +
           ", \"blas\": " + ask("openblas_get_config") + "}";
}

}  // namespace benchmark_steps
