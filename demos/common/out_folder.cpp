// Checking and filling the folder of results.
#include "demos/common/out_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "demos/common/error.hpp"
#include "demos/common/interrupt.hpp"

namespace tapedeck::demos {
namespace fs = std::filesystem;
namespace {

fs::path temporary_name(const fs::path& path) {
    fs::path name = path;
    // The extension stays last: what writes the file may go by it.
    return name.replace_filename(
        fmt::format(".{}.{}{}", path.stem().string(), getpid(), path.extension().string()));
}

}  // namespace

void prepare_out_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error || !fs::is_directory(folder)) {
        throw FileError(fmt::format("The out folder {} cannot be made ({}); give another one with --out.",
                                    folder.string(),
                                    error ? error.message() : "there is a file of that name"));
    }
    for (const char* name : {"results.json", "report.html"}) {
        if (fs::is_directory(folder / name)) {
            throw FileError(
                fmt::format("{} is a folder, where a file is to be written; give another out folder with "
                            "--out.",
                            (folder / name).string()));
        }
    }
    const fs::path probe = temporary_name(folder / "probe");
    if (!std::ofstream(probe)) {
        throw FileError(fmt::format("The out folder {} cannot be written ({}); give another one with --out.",
                                    folder.string(), std::strerror(errno)));
    }
    fs::remove(probe);
}

void write_whole(const fs::path& path, const std::function<void(const fs::path&)>& write) {
    const fs::path temporary = temporary_name(path);
    const RemoveOnInterrupt guard(temporary);
    try {
        write(temporary);
        fs::rename(temporary, path);
    } catch (...) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        throw;
    }
}

}  // namespace tapedeck::demos
