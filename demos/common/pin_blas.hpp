// One choice of BLAS kernels for every run of a program on a machine.
#pragma once

#include <string>

namespace tapedeck::demos {

/// Call first in main. OpenBLAS reads its core type and its number of threads while it is loaded, before
/// main: where the environment does not already say what we want, this says it and starts the program again
/// (same process id). The environment variable TAPEDECK_BLAS_CORETYPE overrules the core type chosen here.
void pin_blas(char** argv);

/// The core type that `pin_blas` asks for on this machine, or an empty text where it leaves the choice to
/// BLAS.
std::string wanted_blas_core_type();

/// The core type whose kernels BLAS uses, as BLAS itself says.
std::string blas_core_type();

}  // namespace tapedeck::demos
