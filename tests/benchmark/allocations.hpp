// How often operator new was called: a program that links allocations.cpp has it replaced by one that counts.
#pragma once

#include <cstddef>

namespace benchmark_steps {

std::size_t allocations();

}  // namespace benchmark_steps
