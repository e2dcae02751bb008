// Any bytes as a checkpoint, and as one's header: all of it is loaded, or nothing.
#include <tapedeck/core/archive.hpp>
#include <tapedeck/core/state_dict.hpp>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>

#include <unistd.h>

#include "tests/fuzz/property.hpp"

using namespace tapedeck;
using test::require;

namespace {

/// What is loaded, is written and loaded again as it was.
bool decode(const std::string& bytes) {
    return test::loads([&] {
        const Archive archive = Archive::of(bytes, "bytes");
        std::size_t data = 0;
        for (const auto& [name, array] : archive.arrays) {
            data += array.bytes.size();
            std::size_t size = dtype_size(array.dtype);
            for (const auto n : array.shape) size *= static_cast<std::size_t>(n);
            require(size == array.bytes.size(), "an array has the bytes of its shape");
            require(array.bytes.empty() || (array.bytes.data() >= bytes.data() &&
                                            array.bytes.data() + size <= bytes.data() + bytes.size()),
                    "an array lies in the file");
        }
        require(data < bytes.size(), "no byte is counted twice");
        const std::string text = archive.text("text");
        const Archive again = Archive::of(text, "text");
        require(again.metadata == archive.metadata, "the same metadata");
        require(again.arrays.size() == archive.arrays.size(), "the same names");
        for (const auto& [name, array] : archive.arrays) {
            const auto it = again.arrays.find(name);
            require(it != again.arrays.end(), "the same name");
            require(it->second.dtype == array.dtype && it->second.shape == array.shape &&
                        it->second.bytes == array.bytes,
                    "the same array");
        }
        require(again.text("text") == text, "one text for one content");
    });
}

/// A small state of every kind: it takes all of the file, or stays as it is.
void load(const std::string& bytes) {
    static const std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("tapedeck-fuzz-" + std::to_string(getpid()));
    Parameter<float> w(full<float>({2}, 0.5f));
    Tensor<double> b = full<double>({}, 0.25);
    Random rng(1);
    std::uint64_t n = 3;
    StateDict state;
    state.add("w", w);
    state.add("b", b);
    state.add("r", rng, StateDict::Needed::no);
    state.add("n", n);
    const auto all = [&] {
        return std::make_tuple(w.value(0), w.value(1), b(), rng.state(), n, w.version());
    };
    const auto before = all();
    std::ofstream(file, std::ios::binary) << bytes;
    if (!test::loads([&] { state.load(file); }))
        require(all() == before, "nothing is changed by a file that is refused");
    else
        require(w.version() != std::get<5>(before), "what was loaded is marked as changed");
    std::filesystem::remove(file);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    decode(bytes);
    load(bytes);
    // The header's length is put right: what remains to be guessed is the header.
    const std::size_t end = bytes.rfind('}') == std::string::npos ? bytes.size() : bytes.rfind('}') + 1;
    const std::uint64_t length = end;
    std::string file(sizeof length, '\0');
    std::memcpy(file.data(), &length, sizeof length);
    decode(file + bytes);
    load(file + bytes);
    return 0;
}
