// A program with every kind of instruction.
#pragma once

#include "program.hpp"

namespace tapedeck::test {

Program sample_program();

}  // namespace tapedeck::test
