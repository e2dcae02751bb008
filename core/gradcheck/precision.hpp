// What differences can tell in float.
#pragma once

#include <algorithm>
#include <type_traits>

#include <tapedeck/core/gradcheck.hpp>

namespace tapedeck::numeric {

/// The options, with step and tolerances raised to what T's rounding allows.
template <class T>
GradcheckOptions with_precision_of(GradcheckOptions options) {
    if constexpr (std::is_same_v<T, float>) {
        options.step = std::max(options.step, 3e-2);
        options.relative = std::max(options.relative, 1e-2);
        options.absolute = std::max(options.absolute, 1e-3);
    }
    return options;
}

}  // namespace tapedeck::numeric
