// A tape as a table.
#pragma once

#include <string>

#include <tapedeck/core/tape.hpp>

namespace tapedeck {

/// One line for each entry, in aligned columns: index, operation and name, shape, the entries that it reads,
/// the Euclidean norms of value and gradient, scope and line. A gradient of several contributions says how
/// many ("x3"); "." stands where there can be none, "-" where none has come yet.
template <class T>
std::string to_text(const Tape<T>& tape);

/// The same on standard output.
template <class T>
void print(const Tape<T>& tape);

}  // namespace tapedeck
