// A file that is there as a whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace tapedeck::demos {

/// Writes beside the file and renames at the end; throws Error, leaving nothing behind, when it can't.
void write_file(const std::filesystem::path& file, std::string_view content);

}  // namespace tapedeck::demos
