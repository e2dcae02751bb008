#include <tapedeck/core/write_file.hpp>

#include <cerrno>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck {

void write_file(const std::filesystem::path& file, std::string_view content, std::string_view user) {
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
        "{}: {} can't be written: {}. Choose a file in a folder that exists and can be written to.", user,
        file.empty() ? "a file without a name" : file.string(), problem.message()));
}

}  // namespace tapedeck
