// A file that is there as a whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include <tapedeck/core/error.hpp>

namespace tapedeck {

/// A file that can't be written.
class FileError : public Error {
  public:
    using Error::Error;
};

}  // namespace tapedeck

namespace tapedeck::deck {

/// Writes beside the file and renames at the end.
/// @throws FileError, leaving what was there before, when it can't.
void write_file(const std::string& path, std::string_view content);

}  // namespace tapedeck::deck
