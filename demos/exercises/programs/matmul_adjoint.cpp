#include "demos/exercises/matmul_adjoint.hpp"

#include "demos/exercises/check/exercises.hpp"

int main(int argc, char** argv) {
    return exercises::check::run(exercises::check::matmul_adjoint(exercises::matmul_adjoint), argc, argv);
}
