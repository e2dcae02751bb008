// Denormal numbers as zeros, for a while.
#pragma once

#include <tapedeck/core/denormals.hpp>

namespace tapedeck::demos {

/// While it lives: vanishing gradients would make a training ten times slower.
struct FlushDenormals {
    FlushDenormals() { set_flush_denormal(true); }
    ~FlushDenormals() { set_flush_denormal(false); }
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;
};

}  // namespace tapedeck::demos
