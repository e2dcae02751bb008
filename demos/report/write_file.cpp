#include "write_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <tapedeck/core/error.hpp>

namespace tapedeck::demos {

void write_file(const std::filesystem::path& file, std::string_view content) {
    std::filesystem::path part = file;
    part += ".part";
    std::error_code problem;
    {
        std::ofstream out(part, std::ios::binary);
        out.write(content.data(), static_cast<std::streamsize>(content.size()));
        out.close();
        if (!out) problem = std::error_code(errno, std::generic_category());
    }
    if (!problem) std::filesystem::rename(part, file, problem);
    if (!problem) return;
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw Error(fmt::format("{} can't be written: {}. Choose a folder that exists and can be written to.",
                            file.string(), problem.message()));
}

}  // namespace tapedeck::demos
