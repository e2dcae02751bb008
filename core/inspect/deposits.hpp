// What an adjoint hands on to the inputs of its entry.
#pragma once

#include <cstddef>
#include <vector>

#include <tapedeck/core/tensor.hpp>
#include <tapedeck/core/variable.hpp>

namespace tapedeck {

/// One adjoint's share in one gradient.
template <class T = float>
struct Contribution {
    std::size_t from = 0;      ///< the entry whose adjoint made it
    std::size_t position = 0;  ///< which of that entry's inputs it is for
    std::size_t to = 0;        ///< the entry that stands there
    Tensor<T> value;           ///< of the input's shape
    bool first = false;        ///< whether it was assigned; later ones in a pass were added
};

/// What v's adjoint hands on in the last reverse pass: one contribution for each input that wants a gradient.
/// Computed anew, aside; nothing changes.
/// @throws StaleVariableError when no reverse pass has reached v; ValueError when v is a leaf.
template <class T>
std::vector<Contribution<T>> deposits(Variable<T> v, Where where = Where::here());

}  // namespace tapedeck
