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

/// Makes a file beside this one and removes it. @returns why that can't be done, or null
const char* probe(const fs::path& file) {
    const fs::path beside = temporary_name(file);
    if (!std::ofstream(beside)) return std::strerror(errno);
    fs::remove(beside);
    return nullptr;
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
    if (const char* reason = probe(folder / "probe")) {
        throw FileError(fmt::format("The out folder {} cannot be written ({}); give another one with --out.",
                                    folder.string(), reason));
    }
}

void check_can_be_written(const fs::path& file) {
    const char* error = fs::is_directory(file) ? "it is a folder" : probe(file);
    if (error != nullptr)
        throw FileError(fmt::format("{} cannot be written ({}); choose a file in a folder that exists.",
                                    file.string(), error));
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
