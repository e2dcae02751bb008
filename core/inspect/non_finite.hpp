// The first non-finite value: where on a tape it stands, and how it came about.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <tapedeck/core/tape.hpp>

namespace tapedeck {

/// An entry with a value that is infinite or not a number.
struct NonFinite {
    std::size_t entry = 0;              ///< its index
    std::size_t nan = 0;                ///< how many of its numbers are nan
    std::size_t inf = 0;                ///< how many are infinite
    std::size_t of = 0;                 ///< how many there are
    std::string place;                  ///< "entry #17, LayerNorm in mlp/norm2 (demo.cpp:43)"
    std::string counts;                 ///< "3 of 2048 values are nan"
    std::vector<std::string> operands;  ///< of each of its inputs, which it is and what it holds
    std::string cause;                  ///< the likely one, with the numbers that met
    std::string then;                   ///< where an infinity became nan, if that is further on

    /// The story: several lines, the last without a line break.
    std::string text() const;
};

/// The first entry, in the order of recording, that holds a non-finite value; none when all are finite. An
/// infinity that a mask puts before a softmax is meant so and does not count, a row of nothing else does.
template <class T>
std::optional<NonFinite> first_non_finite(const Tape<T>& tape);
/// Only what reached v by way of non-finite values counts: not a 1 / 0 that a where() passed over.
template <class T>
std::optional<NonFinite> first_non_finite(const Tape<T>& tape, std::type_identity_t<Variable<T>> v,
                                          Where where = Where::here());

}  // namespace tapedeck
