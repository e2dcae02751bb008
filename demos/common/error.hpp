// What a demo's user did wrong: one sentence on stderr, exit code 2.
#pragma once

#include <tapedeck/core/error.hpp>

namespace tapedeck::demos {

/// A flag, or a combination of flags, that cannot be followed.
class FlagError : public Error {
  public:
    using Error::Error;
};

/// A data file or a results folder that is missing, broken or not the expected one.
using tapedeck::FileError;

}  // namespace tapedeck::demos
