// What every loader must do with any bytes: load them, or throw an Error that says why not.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <tapedeck/core/error.hpp>

/// The entry that libFuzzer, or the replay of a corpus, calls with each input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace tapedeck::test {

/// Ends the program, which the fuzzer reports with the input that led here.
inline void require(bool holds, std::string_view what) {
    if (holds) return;
    fmt::print(stderr, "does not hold: {}\n", what);
    std::abort();
}

/// Whether f passes; else it threw an Error with a text. Any other exception goes through to the fuzzer.
template <class F>
bool loads(F f) {
    try {
        f();
        return true;
    } catch (const Error& error) {
        require(!std::string_view(error.what()).empty(), "an error has a text");
        return false;
    }
}

}  // namespace tapedeck::test
