// Any bytes as an idx file of labels and as one of small images.
#include <algorithm>
#include <limits>
#include <sstream>
#include <string>

#include "demos/data/idx.hpp"
#include "tests/fuzz/property.hpp"

using namespace tapedeck;
using test::require;

namespace {

void read(const std::string& bytes, const std::vector<std::size_t>& item, std::size_t keep) {
    test::loads([&] {
        std::istringstream in(bytes);
        const demos::IdxItems items = demos::read_idx(in, "bytes", item, keep);
        std::size_t item_size = 1;
        for (const std::size_t extent : item) item_size *= extent;
        require(items.bytes.size() == std::min(items.count, keep) * item_size, "as many bytes as promised");
        require(items.bytes.capacity() <= (std::size_t{1} << 22) + 200 * bytes.size(),
                "memory by the input's size");
    });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    const std::size_t keep = size == 0 ? 0 : data[size - 1];
    constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
    read(bytes, {}, all);
    read(bytes, {}, keep);
    read(bytes, {2, 3}, keep);
    read(bytes, {28, 28}, keep);
    return 0;
}
