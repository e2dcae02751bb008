// Reading through zlib, and wording what it says of a damaged stream.
#include "demos/data/gzip_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <new>
#include <utility>

#include "demos/common/error.hpp"

namespace tapedeck::demos {
namespace {

constexpr std::uint64_t kAlwaysAllowed = 1u << 20, kHighestRatio = 100;
constexpr int kGzipOnly = 16 + MAX_WBITS;

}  // namespace

GzipReader::GzipReader(std::istream& in, std::string name)
    : in_(in), name_(std::move(name)), buffer_(1u << 17) {
    refill();
    if (left_.size() < 2 || left_[0] != 0x1f || left_[1] != 0x8b) return;
    z_.reset(new z_stream{});
    if (inflateInit2(z_.get(), kGzipOnly) != Z_OK) throw std::bad_alloc();
}

bool GzipReader::refill() {
    in_.read(reinterpret_cast<char*>(buffer_.data()), static_cast<std::streamsize>(buffer_.size()));
    if (in_.bad()) {
        throw FileError(fmt::format("{} cannot be read to its end; check the disk it lies on.", name_));
    }
    left_ = std::span(buffer_).first(static_cast<std::size_t>(in_.gcount()));
    packed_ += left_.size();
    return !left_.empty();
}

std::size_t GzipReader::read(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        if (left_.empty() && !refill()) {
            if (z_ && !ended_) {
                throw FileError(fmt::format(
                    "{} is cut off: its gzip stream has no end; download the file again.", name_));
            }
            break;
        }
        if (z_) {
            done += inflate_into(bytes.subspan(done));
        } else {
            const std::size_t n = std::min(left_.size(), bytes.size() - done);
            std::copy_n(left_.begin(), n, bytes.begin() + static_cast<std::ptrdiff_t>(done));
            left_ = left_.subspan(n);
            done += n;
        }
    }
    return done;
}

/// One call of zlib, with what the buffer still holds; gives how many bytes came out.
std::size_t GzipReader::inflate_into(std::span<std::uint8_t> bytes) {
    if (std::exchange(ended_, false)) inflateReset(z_.get());  // whatever follows must be a member, too
    // zlib counts in unsigned int; a gigabyte at a time stays below that.
    const auto room = static_cast<uInt>(std::min<std::size_t>(bytes.size(), 1u << 30));
    z_->next_in = const_cast<Bytef*>(left_.data());
    z_->avail_in = static_cast<uInt>(left_.size());
    z_->next_out = bytes.data();
    z_->avail_out = room;
    const int code = inflate(z_.get(), Z_NO_FLUSH);
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    if (code != Z_OK && code != Z_STREAM_END) {
        throw FileError(fmt::format("{} is damaged: gzip says \"{}\"; download the file again.", name_,
                                    z_->msg != nullptr ? z_->msg : zError(code)));
    }
    ended_ = code == Z_STREAM_END;
    left_ = left_.last(z_->avail_in);
    unpacked_ += room - z_->avail_out;
    check_ratio();
    return room - z_->avail_out;
}

void GzipReader::check_ratio() const {
    const std::uint64_t used = packed_ - left_.size();
    if (unpacked_ <= kAlwaysAllowed || unpacked_ / kHighestRatio < used) return;
    throw FileError(
        fmt::format("{} unpacks to more than {} times its size, where a data set packs less well than that; "
                    "check that it is the data set's own file, or unpack it with gunzip.",
                    name_, kHighestRatio));
}

}  // namespace tapedeck::demos
