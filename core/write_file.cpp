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

/// Where the name leads to, through symbolic links, also to what is not there yet.
std::filesystem::path target_of(std::filesystem::path file) {
    constexpr int most_links = 40;  // as the system's own
    std::error_code problem;
    for (int i = 0; i < most_links && std::filesystem::is_symlink(file, problem); ++i) {
        const std::filesystem::path to = std::filesystem::read_symlink(file, problem);
        if (problem) break;
        file = file.parent_path() / to;  // `to` alone when it begins at the root
    }
    return file;
}

std::error_code write(const std::filesystem::path& file, std::string_view content,
                      const std::filesystem::file_status& like) {
    errno = 0;
    std::ofstream out(file, std::ios::binary);
    std::error_code ignored;  // some file systems have no permissions
    if (out && is_regular_file(like)) std::filesystem::permissions(file, like.permissions(), ignored);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    return out ? std::error_code() : last_error();
}

std::error_code write_beside(const std::filesystem::path& file, std::string_view content,
                             const std::filesystem::file_status& old, Outlives outlives) {
    std::filesystem::path part = file;
    part += ".part";
    std::error_code problem = write(part, content, old), ignored;
    // In this order: a name that is on the disk before its content would name nothing.
    if (!problem && outlives == Outlives::power_cut) problem = wait_for_disk(part);
    if (!problem) std::filesystem::rename(part, file, problem);
    if (problem) {
        std::filesystem::remove(part, ignored);
    } else if (outlives == Outlives::power_cut) {
        // The new file is there already, and some file systems can't wait for a folder: no error any more.
        wait_for_disk(file.has_parent_path() ? file.parent_path() : std::filesystem::path("."));
    }
    return problem;
}

}  // namespace

void write_file(const std::filesystem::path& file, std::string_view content, std::string_view user,
                Outlives outlives) {
    const std::filesystem::path target = target_of(file);
    std::error_code problem;
    const std::filesystem::file_status old = status(target, problem);
    if (problem !=
        std::errc::too_many_symbolic_link_levels)  // a file may be missing, and its folder can tell
        problem = is_other(old) ? write(target, content, old) : write_beside(target, content, old, outlives);
    if (!problem) return;
    throw FileError(fmt::format(
        "{}: {} can't be written: {}. Choose a file in a folder that exists and can be written to.", user,
        file.empty() ? "a file without a name" : file.string(), problem.message()));
}

}  // namespace tapedeck
