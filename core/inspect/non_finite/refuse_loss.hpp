// How a tape refuses to reverse from a loss that is not finite.
#pragma once

#include <cstddef>
#include <string>

namespace tapedeck {

template <class T>
class Tape;

/// @throws NonFiniteError "backward (demo.cpp:50): loss is nan. The first non-finite value …", with its
/// story.
template <class T>
[[noreturn]] void refuse_loss(const std::string& by, const Tape<T>& tape, std::size_t loss);

}  // namespace tapedeck
