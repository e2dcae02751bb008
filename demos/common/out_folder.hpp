// The folder that a demo writes into: checked before the work starts, written in one go after it.
#pragma once

#include <filesystem>
#include <functional>

namespace tapedeck::demos {

/// Makes the folder, parents included, and checks that files can be made in it. Throws FileError.
void prepare_out_folder(const std::filesystem::path& folder);

/// Checks that a file of this name can be made. Throws FileError.
void check_can_be_written(const std::filesystem::path& file);

/// Calls `write` with a temporary name beside `path` and renames the result, so that `path` is never
/// half-written.
void write_whole(const std::filesystem::path& path,
                 const std::function<void(const std::filesystem::path&)>& write);

}  // namespace tapedeck::demos
