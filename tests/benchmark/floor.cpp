// bench_floor: the floor, asked as a peer of the benchmark is.
#include "floor.hpp"
#include "about.hpp"

int main() {
    using namespace benchmark_steps;
    return serve(about("the floor"), [](const Work& work) -> Step {
        return [floor = std::make_shared<Floor>(work)] { floor->step(); };
    });
}
