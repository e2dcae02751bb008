// The exceptions: every misuse throws one of these and leaves tape, module and optimizer as they were.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace tapedeck {

/// What every exception of this library derives from. The text says what happened, where, and what to do.
class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Shapes, axes or indices that don't fit the operation.
class ShapeError : public Error {
  public:
    using Error::Error;
};

/// An option or a plain argument outside its range (a negative eps, a probability above 1, a label out of
/// range).
class ValueError : public Error {
  public:
    using Error::Error;
};

/// A Variable from before a rewind, of another tape, or of none; or data that changed under a recording.
class StaleVariableError : public Error {
  public:
    using Error::Error;
};

/// A value that is infinite or not a number where that can't be meant.
class NonFiniteError : public Error {
  public:
    using Error::Error;
};

/// A file that can't be read or written, or is not what was expected.
class FileError : public Error {
  public:
    using Error::Error;
};

/// A checkpoint that can't be read, is broken, or is another model's.
class CheckpointError : public FileError {
  public:
    using FileError::FileError;
};

/// "LayerNorm" -> "layer_norm", "MSELoss" -> "mse_loss": an operation's name as the function that records it.
std::string function_name(std::string_view operation);

}  // namespace tapedeck
