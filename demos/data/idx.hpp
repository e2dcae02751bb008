// The idx format of MNIST and its kin: a magic number, the dimensions, then one byte a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace tapedeck::demos {

/// The items of an idx file: `count` in the file, the bytes of the first of them in `bytes`.
struct IdxItems {
    std::size_t count = 0;
    std::vector<std::uint8_t> bytes;
};

/// Reads the first `keep` items, each of the shape `item` ({28, 28} for images, {} for labels), from a plain
/// or gzipped file. The rest is read too, without being kept, so that a damaged file is found at once.
/// Throws FileError.
IdxItems read_idx(const std::filesystem::path& path, const std::vector<std::size_t>& item, std::size_t keep);

/// The same from a stream, which the errors call by `name`.
IdxItems read_idx(std::istream& in, const std::string& name, const std::vector<std::size_t>& item,
                  std::size_t keep);

}  // namespace tapedeck::demos
