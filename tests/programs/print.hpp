// Writes a program as C++ against the public interface.
#pragma once

#include <string>

#include "check.hpp"
#include "program.hpp"

namespace tapedeck::test {

/// A whole file with a main(): the leaves with their numbers, every operation, the reverse pass, the
/// gradients printed. `failure`, where given, stands at its top.
std::string to_cpp(const Program& program, const std::optional<Failure>& failure = std::nullopt);

}  // namespace tapedeck::test
