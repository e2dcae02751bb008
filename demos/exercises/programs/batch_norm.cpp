#include "demos/exercises/batch_norm.hpp"

#include "demos/exercises/check/exercises.hpp"

int main(int argc, char** argv) {
    return exercises::check::run(
        exercises::check::batch_norm(exercises::batch_norm_train, exercises::batch_norm_eval), argc, argv);
}
