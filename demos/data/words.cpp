// Reading a list of words.
#include "demos/data/words.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "demos/common/error.hpp"

namespace tapedeck::demos {
namespace {

constexpr std::size_t kShortest = 3, kLongest = 12;

bool is_plain(const std::string& word) {
    return word.size() >= kShortest && word.size() <= kLongest &&
           std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

std::filesystem::path words_file() { return "/usr/share/dict/words"; }

std::vector<std::string> load_words(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!std::filesystem::is_regular_file(file) || !in)
        throw FileError(
            fmt::format("{} is no file that can be read, where a list of English words is expected; install "
                        "Debian's wamerican.",
                        file.string()));
    std::vector<std::string> words;
    std::string line;
    while (std::getline(in, line)) {
        if (line.ends_with('\r')) line.pop_back();
        if (is_plain(line)) words.push_back(line);
    }
    if (words.empty())
        throw FileError(
            fmt::format("{} has no word of {} to {} lower-case letters, where a list of English words, one a "
                        "line, is expected; install Debian's wamerican.",
                        file.string(), kShortest, kLongest));
    return words;
}

}  // namespace tapedeck::demos
