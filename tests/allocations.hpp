// How often operator new was called: a program that links allocations.cpp has it replaced by one that counts.
#pragma once

#include <cstddef>

namespace tapedeck::test {

std::size_t allocations();

}  // namespace tapedeck::test
