#include <tapedeck/core/deck/source_line.hpp>

#include <algorithm>
#include <fstream>

namespace tapedeck::deck {

namespace {

std::vector<std::string> lines_of(const std::string& file) {
    std::vector<std::string> lines;
    std::ifstream in(file);
    // A compiler may have been given the path from its build folder: ../../demos/ten_lines.cpp. Try it from
    // here.
    for (std::string path = file; !in && path.starts_with("../");) in.open(path = path.substr(3));
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

}  // namespace

std::string SourceLines::text(const std::string& file, int line) {
    constexpr std::size_t kLongest = 200;
    if (file.empty() || line < 1) return "";
    auto known = files_.find(file);
    if (known == files_.end()) known = files_.emplace(file, lines_of(file)).first;
    const auto i = static_cast<std::size_t>(line) - 1;
    if (i >= known->second.size()) return "";
    const std::string& text = known->second[i];
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return "";
    return text.substr(first, std::min(text.find_last_not_of(" \t\r") + 1 - first, kLongest));
}

}  // namespace tapedeck::deck
