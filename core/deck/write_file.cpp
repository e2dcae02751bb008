#include <tapedeck/core/deck/write_file.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace tapedeck::deck {

void write_file(const std::string& path, std::string_view content) {
    const std::filesystem::path file = path;
    std::filesystem::path part = file;
    part += ".part";
    std::error_code problem;
    {
        errno = 0;
        std::ofstream out(part, std::ios::binary);
        out.write(content.data(), static_cast<std::streamsize>(content.size()));
        out.close();
        if (!out) problem = std::error_code(errno != 0 ? errno : EIO, std::generic_category());
    }
    if (!problem) std::filesystem::rename(part, file, problem);
    if (!problem) return;
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw FileError(fmt::format(
        "write_deck: {} can't be written: {}. Choose a file in a folder that exists and can be written to.",
        path.empty() ? "a file without a name" : path, problem.message()));
}

}  // namespace tapedeck::deck
