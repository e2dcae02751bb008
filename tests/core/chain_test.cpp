// A long tape: no recursion, no overflow, and at most 1 KB an entry.
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

namespace {

/// This process's memory in bytes, as the kernel counts it.
std::size_t resident() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0, pages = 0;
    statm >> total >> pages;
    return pages * 4096;
}

}  // namespace

TEST_CASE("a chain of a million entries records, reverses and is freed") {
    constexpr std::size_t kEntries = 1'000'000;
    const std::size_t before = resident();
    {
        td::Tape<float> tape;
        const auto x = tape.variable(td::Tensor<float>(0.5f));
        auto y = x;
        for (std::size_t i = 1; i < kEntries; ++i) y = y * 1.0f;  // two entries: the number, the product
        CHECK(tape.size() == 2 * kEntries - 1);
        tape.backward(y);
        CHECK(x.grad()() == 1.0f);
        const double an_entry = static_cast<double>(resident() - before) / static_cast<double>(tape.size());
        MESSAGE("bytes an entry: " << an_entry);
        CHECK(an_entry <= 1024);
        auto playback = tape.reverse(y);
        for (int i = 0; i < 1000; ++i) playback.step();
        while (playback.back()) {
        }
        tape.rewind();
        CHECK(tape.empty());
    }
}
