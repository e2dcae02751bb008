#include "demos/exercises/layer_norm_forward.hpp"

#include "demos/exercises/check/exercises.hpp"

int main(int argc, char** argv) {
    return exercises::check::run(exercises::check::layer_norm_forward(exercises::layer_norm_forward), argc,
                                 argv);
}
