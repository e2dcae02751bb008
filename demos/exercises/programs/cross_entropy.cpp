#include "demos/exercises/cross_entropy.hpp"

#include "demos/exercises/check/exercises.hpp"

int main(int argc, char** argv) {
    return exercises::check::run(
        exercises::check::cross_entropy(exercises::cross_entropy, exercises::cross_entropy_adjoint), argc,
        argv);
}
