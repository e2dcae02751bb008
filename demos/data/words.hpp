// English words, from a list that has one a line.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tapedeck::demos {

/// Where Debian's package wamerican puts its list.
std::filesystem::path words_file();

/// The words of 3 to 12 letters, a to z alone, in the list's order: no names, no apostrophes, no accents.
/// Throws FileError when the file can't be read, or holds no such word.
std::vector<std::string> load_words(const std::filesystem::path& file = words_file());

}  // namespace tapedeck::demos
