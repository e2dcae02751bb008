#include "demos/exercises/clip_gradients.hpp"

#include "demos/exercises/check/exercises.hpp"

int main(int argc, char** argv) {
    return exercises::check::run(exercises::check::clip_gradients(exercises::clip_gradients), argc, argv);
}
