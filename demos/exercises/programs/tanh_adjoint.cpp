#include "demos/exercises/tanh_adjoint.hpp"

#include "demos/exercises/check/exercises.hpp"

int main(int argc, char** argv) {
    return exercises::check::run(exercises::check::tanh_adjoint(exercises::tanh_adjoint), argc, argv);
}
