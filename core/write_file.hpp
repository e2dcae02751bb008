// A file that is there as a whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace tapedeck {

/// What a written file outlives: the end of the program, or a power cut as well.
enum class Outlives { program, power_cut };

/// Writes beside the file, in one of its name and ".part", and renames at the end: whenever the program ends,
/// the old file is there whole, or the new one. A file that was there keeps its permissions. Through a
/// symbolic link its target is written; into what is no file, such as a pipe, straight. `user` is the call
/// that the error speaks of.
/// @throws FileError, leaving what was there before, when it can't.
void write_file(const std::filesystem::path& file, std::string_view content, std::string_view user,
                Outlives outlives = Outlives::program);

}  // namespace tapedeck
