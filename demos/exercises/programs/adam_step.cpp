#include "demos/exercises/adam_step.hpp"

#include "demos/exercises/check/exercises.hpp"

int main(int argc, char** argv) {
    return exercises::check::run(exercises::check::adam_step(exercises::adam_step), argc, argv);
}
