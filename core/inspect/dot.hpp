// A tape as a drawing.
#pragma once

#include <string>

#include <tapedeck/core/tape.hpp>

namespace tapedeck {

/// The tape in Graphviz's language: a node for each entry, an arrow from each input, a frame around each
/// scope; data and parameters are boxes. `dot -Tsvg` draws it.
template <class T>
std::string to_dot(const Tape<T>& tape);

}  // namespace tapedeck
