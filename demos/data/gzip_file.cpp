// Reading through zlib, and wording what it says of a damaged file.
#include "demos/data/gzip_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "demos/common/error.hpp"

namespace tapedeck::demos {

GzipFile::GzipFile(std::filesystem::path path) : path_(std::move(path)) {
    if (std::filesystem::is_directory(path_)) {
        throw FileError(fmt::format(
            "{} is a folder, where a file is expected; rename it or choose another --data folder.",
            path_.string()));
    }
    file_.reset(gzopen(path_.c_str(), "rb"));
    if (!file_) {
        throw FileError(fmt::format("{} cannot be opened ({}); check the name and who may read it.",
                                    path_.string(), std::strerror(errno)));
    }
    gzbuffer(file_.get(), 1u << 17);
}

std::size_t GzipFile::read(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        // zlib counts in int; a gigabyte at a time stays below that.
        const std::size_t want = std::min<std::size_t>(bytes.size() - done, 1u << 30);
        const int got = gzread(file_.get(), bytes.data() + done, static_cast<unsigned>(want));
        int code = Z_OK;
        const char* message = gzerror(file_.get(), &code);
        if (code == Z_BUF_ERROR) {
            throw FileError(fmt::format("{} is cut off: its gzip stream has no end; download the file again.",
                                        path_.string()));
        }
        if (got < 0 || (code != Z_OK && code != Z_STREAM_END)) {
            throw FileError(fmt::format("{} is damaged: gzip says \"{}\"; download the file again.",
                                        path_.string(), message));
        }
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

}  // namespace tapedeck::demos
