// bench_floor: the floor, asked as a peer of the benchmark is. With arguments, "mlp none 4 784 1000 1000 10",
// it prints what each product of that work takes in each of its forms.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "about.hpp"
#include "floor.hpp"

namespace {

using namespace benchmark_steps;

/// "a^T b -> c^T": which of them are stored transposed.
std::string name(const Form& form) {
    const auto mark = [](bool transposed) { return transposed ? "^T" : ""; };
    return fmt::format("a{} b{} -> c{}{}{}", mark(form.a), mark(form.b), mark(form.c),
                       form.by_rows ? ", sgemv by row" : "",
                       form.piece > 0 ? fmt::format(", {} at a time", form.piece) : "");
}

void print_forms(const Floor& floor) {
    std::set<std::array<int, 3>> seen;
    for (Product p : floor.products()) {
        if (!seen.insert({p.m, p.n, p.k}).second) continue;
        std::vector<std::pair<double, std::string>> times;
        for (const Form& form : forms_of(p)) {
            p.form = form;
            times.emplace_back(time_product(p), name(form));
        }
        std::sort(times.begin(), times.end());
        std::cout << fmt::format("{} x {} of {}\n", p.m, p.n, p.k);
        for (const auto& [seconds, form] : times)
            std::cout << fmt::format("  {:9.2f} us  {}\n", seconds * 1e6, form);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 4) {
        Work work{argv[1], argv[2], static_cast<std::size_t>(std::atoi(argv[3])), {}};
        for (int i = 4; i < argc; ++i) work.sizes.push_back(static_cast<std::size_t>(std::atoi(argv[i])));
        print_forms(Floor(work));
        return 0;
    }
    return serve(about("the floor"), [](const Work& work) -> Step {
        return [floor = std::make_shared<Floor>(work)] { floor->step(); };
    });
}
