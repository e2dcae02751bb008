// unit_variance: whether what leaves a LayerNorm has variance 1
#include "demos/common/samples.hpp"
#include "demos/lab/experiment.hpp"

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/random.hpp>

namespace {

using namespace tapedeck;
using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;

// [run]
/// One run, of one size and one seed: it asks its configuration, and leaves numbers.
void measure_variance(Run& run) {
    Random rng(run.seed);
    Tape<double> tape;
    const auto x = tape.input(normal<double>({50, 64}, rng, 0, run.number("size")));
    const auto y = layer_norm(x, {64});
    run.values["variance"] = mean(var(y, -1, false, 0)).item();
}
// [run]

// [body]
void body(Experiment& e) {
    for (const double size : {1.0, 0.1, 0.01, 0.001})
        e.plan({{"norm", "layer"}, {"size", size}}, measure_variance);
    e.measure();  // all of them, for each seed, as many at a time as there are cores
    e.draw(
        {.name = "variance",
         .heading = "Variance of a LayerNorm's output, by the size of its input",
         .hint =
             "Below a size of sqrt(eps) = 0.003 eps is most of the sum under the root.",
         .plots = {
             {.x_label = "standard deviation of the input (log)",
              .y_label = "variance of the output",
              .x_log = true,
              .layers = {{.way = Way::against, .measured = "variance", .x = "size"}}}}});
    const auto variance = [&](double size) {
        return e.values("variance", {{"size", size}});
    };
    e.claim(
        {.id = "unit-variance",
         .says = "What leaves a LayerNorm has variance 1",
         .expected = Verdict::depends,
         .cases = {{"variance, input of size 1", variance(1), Is::above, 0.99},
                   {"variance, input of size 0.001", variance(0.001), Is::above, 0.99}}});
    e.conclude(fmt::format("An input of size 0.001 leaves with a variance of {:.2f}.",
                           median(variance(0.001))));
}
// [body]

}  // namespace

// [main]
int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "unit_variance",
         .question = "Has what leaves a LayerNorm variance 1?",
         .about = "Normal numbers of four sizes go through a LayerNorm.",
         .setup = "50 rows of 64 normal numbers, eps 1e-5, without gamma and beta.",
         .why = "The variance is divided by itself plus eps.",
         .body = body});
}
// [main]
