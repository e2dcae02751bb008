// A file that is there as a whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace tapedeck {

/// Writes beside the file and renames at the end. `user` is the call that the error speaks of.
/// @throws FileError, leaving what was there before, when it can't.
void write_file(const std::filesystem::path& file, std::string_view content, std::string_view user);

}  // namespace tapedeck
