// The files of page/, as the build embedded them.
#pragma once

#include <span>
#include <string_view>

namespace tapedeck::deck {

struct PageFile {
    std::string_view name, text;
};

/// In the order in which CMakeLists.txt names them.
std::span<const PageFile> page_files();

}  // namespace tapedeck::deck
