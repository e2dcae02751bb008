// Makes a program that fails shorter, as long as it still fails.
#pragma once

#include <functional>

#include "program.hpp"

namespace tapedeck::test {

/// Whether a program fails, and in the same way as the first one.
using Fails = std::function<bool(const Program&)>;

/// Ends the program earlier, replaces instructions by leaves with their values or by one of their operands,
/// drops names, scopes and pauses, reduces sizes of dimensions and rounds numbers, over and over, until
/// nothing more can go.
Program shrink(Program program, const Fails& fails);

}  // namespace tapedeck::test
