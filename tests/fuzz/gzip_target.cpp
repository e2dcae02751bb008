// Any bytes as a gzip stream; and any bytes packed, which must come back.
#include <zlib.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "demos/data/gzip_reader.hpp"
#include "tests/fuzz/property.hpp"

using namespace tapedeck;
using test::require;

namespace {

/// All that comes out, in pieces of up to `piece` bytes; and whether the end was reached.
bool unpack(const std::string& bytes, std::size_t piece, std::string& out) {
    out.clear();
    return test::loads([&] {
        std::istringstream in(bytes);
        demos::GzipReader reader(in, "bytes");
        std::vector<std::uint8_t> buffer(piece);
        while (const std::size_t got = reader.read(buffer)) {
            out.append(reinterpret_cast<const char*>(buffer.data()), got);
            require(out.size() <= (std::size_t{1} << 20) + piece + 100 * bytes.size(), "a bomb is refused");
        }
    });
}

std::string packed(const std::string& bytes) {
    z_stream z{};
    require(deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib starts");
    std::string out(deflateBound(&z, static_cast<uLong>(bytes.size())), '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    z.avail_in = static_cast<uInt>(bytes.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    require(deflate(&z, Z_FINISH) == Z_STREAM_END, "zlib packs");
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    std::string whole, pieces;
    const bool loaded = unpack(bytes, 1u << 16, whole);
    const std::size_t piece = size == 0 || size > 1024 ? 4096 : 16 + data[size - 1];
    require(unpack(bytes, piece, pieces) == loaded, "the same verdict in pieces");
    if (loaded) require(pieces == whole, "the same bytes in pieces");
    const bool is_gzip = size >= 2 && data[0] == 0x1f && data[1] == 0x8b;
    if (!is_gzip) require(loaded && whole == bytes, "plain bytes pass unchanged");

    require(unpack(packed(bytes) + packed(bytes), piece, pieces), "two members load");
    require(pieces == bytes + bytes, "what was packed comes back");
    return 0;
}
