// Parsing idx: every field is checked before it is believed.
#include "demos/data/idx.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "demos/common/error.hpp"
#include "demos/data/gzip_reader.hpp"

namespace tapedeck::demos {
namespace {

constexpr std::uint8_t kUnsignedByte = 0x08;

std::size_t read_dimension(GzipReader& file, const std::string& name) {
    std::array<std::uint8_t, 4> b{};
    if (const std::size_t got = file.read(b); got < b.size()) {
        throw FileError(
            fmt::format("{} is cut off inside its header: a dimension takes 4 bytes and {} are left; "
                        "download the file again.",
                        name, got));
    }
    return (std::size_t{b[0]} << 24) | (std::size_t{b[1]} << 16) | (std::size_t{b[2]} << 8) |
           std::size_t{b[3]};
}

void check_magic(GzipReader& file, const std::string& name, std::size_t rank) {
    std::array<std::uint8_t, 4> magic{};
    if (const std::size_t got = file.read(magic); got < magic.size()) {
        throw FileError(
            fmt::format("{} is cut off: it holds {} bytes, and an idx header alone takes {}; download the "
                        "file again.",
                        name, got, 4 + 4 * rank));
    }
    if (magic[0] != 0 || magic[1] != 0) {
        throw FileError(
            fmt::format("{} is not an idx file: it starts with {:02x} {:02x}, where 00 00 is expected; check "
                        "that it is the data set's own file.",
                        name, magic[0], magic[1]));
    }
    if (magic[2] != kUnsignedByte) {
        throw FileError(
            fmt::format("{} holds values of idx type 0x{:02x}, where 0x08 (unsigned bytes) is expected; "
                        "check that it is the data set's own file.",
                        name, magic[2]));
    }
    if (magic[3] != rank) {
        throw FileError(fmt::format(
            "{} is an array of rank {}, where rank {} is expected ({}); check that images and labels have "
            "not changed names.",
            name, magic[3], rank, rank == 1 ? "labels" : "images"));
    }
}

}  // namespace

IdxItems read_idx(const std::filesystem::path& path, const std::vector<std::size_t>& item, std::size_t keep) {
    if (std::filesystem::is_directory(path)) {
        throw FileError(fmt::format(
            "{} is a folder, where a file is expected; rename it or choose another --data folder.",
            path.string()));
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw FileError(fmt::format("{} cannot be opened ({}); check the name and who may read it.",
                                    path.string(), std::strerror(errno)));
    }
    return read_idx(file, path.string(), item, keep);
}

IdxItems read_idx(std::istream& in, const std::string& name, const std::vector<std::size_t>& item,
                  std::size_t keep) {
    GzipReader file(in, name);
    check_magic(file, name, 1 + item.size());

    IdxItems items;
    items.count = read_dimension(file, name);
    std::vector<std::size_t> shape;
    for (std::size_t i = 0; i < item.size(); ++i) shape.push_back(read_dimension(file, name));
    if (shape != item) {
        throw FileError(
            fmt::format("{} holds images of {} pixels, where {} are expected; take a data set of that size.",
                        name, fmt::join(shape, "x"), fmt::join(item, "x")));
    }

    std::size_t item_size = 1;
    for (const std::size_t extent : item) item_size *= extent;
    const std::size_t promised = items.count * item_size;
    const std::size_t kept = std::min(keep, items.count) * item_size;

    // Grown as it is read, so that a header with a wild count cannot claim memory.
    std::vector<std::uint8_t> chunk(1u << 18);
    std::size_t found = 0;
    while (const std::size_t got = file.read(chunk)) {
        if (found < kept) {
            const std::size_t take = std::min(got, kept - found);
            items.bytes.insert(items.bytes.end(), chunk.begin(),
                               chunk.begin() + static_cast<std::ptrdiff_t>(take));
        }
        found += got;
        if (found > promised) {
            throw FileError(
                fmt::format("{} goes on after its last value: its header promises {} bytes of data, and "
                            "more follow; download the file again.",
                            name, promised));
        }
    }
    if (found < promised) {
        throw FileError(
            fmt::format("{} is cut off: its header promises {} bytes of data, and {} are there; download "
                        "the file again.",
                        name, promised, found));
    }
    return items;
}

}  // namespace tapedeck::demos
