#include "demos/exercises/sum_adjoint.hpp"

#include "demos/exercises/check/exercises.hpp"

int main(int argc, char** argv) {
    return exercises::check::run(
        exercises::check::sum_adjoint(exercises::bias_adjoint, exercises::sum_adjoint), argc, argv);
}
