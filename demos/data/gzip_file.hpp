// A file read from front to back, plain or gzipped.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace tapedeck::demos {

/// Reads what a file holds, uncompressed on the way when it is gzipped. Throws FileError.
class GzipFile {
  public:
    explicit GzipFile(std::filesystem::path path);

    /// Fills `bytes` as far as the file goes, and says how far that was.
    std::size_t read(std::span<std::uint8_t> bytes);

  private:
    struct Close {
        void operator()(gzFile file) const { gzclose(file); }
    };
    std::filesystem::path path_;
    std::unique_ptr<gzFile_s, Close> file_;
};

}  // namespace tapedeck::demos
