#include "demos/exercises/layer_norm_backward.hpp"

#include "demos/exercises/check/exercises.hpp"

int main(int argc, char** argv) {
    return exercises::check::run(exercises::check::layer_norm_backward(exercises::layer_norm_backward), argc,
                                 argv);
}
