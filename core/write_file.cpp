#include <tapedeck/core/write_file.hpp>

#include <cerrno>
#include <fstream>
#include <string>

#include <fmt/format.h>

#if __has_include(<unistd.h>)
#include <fcntl.h>
#include <unistd.h>
#endif

#include <tapedeck/core/error.hpp>

namespace tapedeck {
namespace {

std::error_code last_error() { return {errno != 0 ? errno : EIO, std::generic_category()}; }

/// Until what was written to this file, or the names in this folder, are on the disk.
std::error_code wait_for_disk([[maybe_unused]] const std::filesystem::path& path) {
    std::error_code problem;
#if __has_include(<unistd.h>)
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return last_error();
    if (fsync(file) != 0) problem = last_error();
    close(file);
#endif
    return problem;
}

}  // namespace

void write_file(const std::filesystem::path& file, std::string_view content, std::string_view user,
                Outlives outlives) {
    std::filesystem::path part = file;
    part += ".part";
    std::error_code problem;
    {
        errno = 0;
        std::ofstream out(part, std::ios::binary);
        out.write(content.data(), static_cast<std::streamsize>(content.size()));
        out.close();
        if (!out) problem = last_error();
    }
    // In this order: a name that is on the disk before its content would name nothing.
    if (!problem && outlives == Outlives::power_cut) problem = wait_for_disk(part);
    if (!problem) std::filesystem::rename(part, file, problem);
    if (!problem) {
        // The new file is there already, and some file systems can't wait for a folder: no error any more.
        if (outlives == Outlives::power_cut)
            wait_for_disk(file.has_parent_path() ? file.parent_path() : std::filesystem::path("."));
        return;
    }
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw FileError(fmt::format(
        "{}: {} can't be written: {}. Choose a file in a folder that exists and can be written to.", user,
        file.empty() ? "a file without a name" : file.string(), problem.message()));
}

}  // namespace tapedeck
