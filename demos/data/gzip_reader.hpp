// What a stream holds, plain or gzipped, read from front to back.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tapedeck::demos {

/// Reads a stream, uncompressed on the way when it is gzipped (of one member or several). What unpacks to
/// more than a mebibyte and to over a hundred times its own size is refused, so that a small file can't fill
/// the memory. Throws FileError.
class GzipReader {
  public:
    /// The errors call the stream by `name`; it must outlive its reader.
    GzipReader(std::istream& in, std::string name);

    /// Fills `bytes` as far as the stream goes, and says how far that was.
    std::size_t read(std::span<std::uint8_t> bytes);

  private:
    struct End {
        void operator()(z_stream* z) const {
            inflateEnd(z);
            delete z;
        }
    };

    bool refill();
    std::size_t inflate_into(std::span<std::uint8_t> bytes);
    void check_ratio() const;

    std::istream& in_;
    std::string name_;
    std::vector<std::uint8_t> buffer_;
    std::span<const std::uint8_t> left_;  // of the buffer
    std::unique_ptr<z_stream, End> z_;    // null: the stream is plain
    bool ended_ = false;                  // between two members, or behind the last
    std::uint64_t packed_ = 0, unpacked_ = 0;
};

}  // namespace tapedeck::demos
