// split_batch: a batch split over workers, which norms must then talk, and how many bytes
#include "demos/common/samples.hpp"
#include "demos/lab/experiment.hpp"
#include "demos/split_batch/shared_batch_norm.hpp"
#include "demos/split_batch/workers.hpp"

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/random.hpp>

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;
using tapedeck::Tensor, tapedeck::Variable;

const auto layer_norm = [](Variable<float> x) { return tapedeck::layer_norm(x, {x.shape()[1]}); };
const auto batch_norm = [](Variable<float> x) { return tapedeck::batch_norm(x, nullptr); };

/// The share of elements that differ in any bit, and the largest difference over the largest element.
void compare(Run& run, const std::string& what, const Tensor<float>& split, const Tensor<float>& whole) {
    run.values["share of " + what] = xt::mean(xt::cast<double>(xt::not_equal(split, whole)))();
    run.values[what] = static_cast<double>(xt::amax(xt::abs(split - whole))() / xt::amax(xt::abs(whole))());
}

struct Plan {
    std::size_t rows = 88, features = 100;
};

void norm_alone(Run& run, const Plan& plan) {
    tapedeck::Random rng(run.seed);
    const Tensor<float> x = normal<float>({plan.rows, plan.features}, rng),
                        dy = normal<float>({plan.rows, plan.features}, rng);
    const std::string& norm = run.text("norm");
    const std::size_t workers = run.count("workers");
    Exchange exchange(workers);
    const auto shared = [&](std::size_t k, const Tensor<float>& own_x, const Tensor<float>& own_dy) {
        return shared_batch_norm(exchange, k, own_x, own_dy);
    };
    const auto split = [&](std::size_t n, const auto& step) { return split_over(n, x, dy, step); };
    const Result whole = norm == "layer" ? split(1, on_tape(layer_norm)) : split(1, on_tape(batch_norm));
    const Result parts = norm == "layer"   ? split(workers, on_tape(layer_norm))
                         : norm == "batch" ? split(workers, on_tape(batch_norm))
                                           : split(workers, shared);
    compare(run, "y", parts.y, whole.y);
    compare(run, "dx", parts.dx, whole.dx);
    run.values["bytes forward"] = exchange.bytes.empty() ? 0 : exchange.bytes.front();
    run.values["bytes backward"] = exchange.bytes.empty() ? 0 : exchange.bytes.back();
}

/// A product and a LayerNorm behind it: with fewer rows other kernels run, which add in another order.
void behind_a_product(Run& run, const Plan& plan) {
    tapedeck::Random rng(run.seed);
    const std::size_t inputs = run.text("product of") == "64 inputs" ? 64 : 784;
    const Tensor<float> x = normal<float>({plan.rows, inputs}, rng),
                        w = normal<float>({plan.features, inputs}, rng),
                        dy = normal<float>({plan.rows, plan.features}, rng);
    const auto product = [&](Variable<float> rows) { return tapedeck::linear(rows, rows.tape().input(w)); };
    const auto with_norm = [&](Variable<float> rows) { return layer_norm(product(rows)); };
    const auto y = [&](std::size_t n, const auto& f) { return split_over(n, x, dy, on_tape(f)).y; };
    compare(run, "product", y(run.count("workers"), product), y(1, product));
    compare(run, "LayerNorm", y(run.count("workers"), with_norm), y(1, with_norm));
}

void draw_figures(Experiment& e) {
    const auto panel = [](const char* title, const char* what, bool share, const char* by = "norm") {
        const bool log = !share && by == std::string("norm");
        return Plot{.title = title,
                    .x_label = "workers (log)",
                    .y_label = share ? "share of elements"
                               : log ? "difference / largest element (log)"
                                     : "difference / largest element",
                    .x_log = true,
                    .y_log = log,
                    .layers = {{.way = Way::against, .measured = what, .by = by, .x = "workers"}}};
    };
    e.draw({.name = "norm-alone",
            .heading = "A split batch against the whole, the norm alone on the same pre-activations",
            .hint = "A difference of exactly 0 has no place below. BatchNorm on each worker's own rows is "
                    "another function; with shared sums only rounding is left.",
            .plots = {panel("y: elements that differ", "share of y", true),
                      panel("dx: elements that differ", "share of dx", true),
                      panel("y: largest difference", "y", false),
                      panel("dx: largest difference", "dx", false)}});
    e.draw(
        {.name = "behind-a-product",
         .heading = "A split batch against the whole, LayerNorm behind a matrix product",
         .hint =
             "With few rows the product takes other kernels, which add in another order: last bits differ "
             "before any norm is reached, and how many depends on the shapes. To the right: each row alone.",
         .plots = {panel("product: elements that differ", "share of product", true, "product of"),
                   panel("LayerNorm behind it: largest difference", "LayerNorm", false, "product of")}});
}

void add_to_deck(tapedeck::Deck<float>& deck) {
    tapedeck::Random rng(1);
    const Tensor<float> x = normal<float>({6, 4}, rng), dy = normal<float>({6, 4}, rng);
    const auto add = [&](const char* norm, std::size_t workers, const auto& f) {
        tapedeck::Tape<float> tape;
        const auto y = f(tape.variable(part(x, 0, workers), "rows"));
        deck.add(norm, workers == 1 ? "all 6 rows" : "the first worker's 3",
                 tapedeck::sum(y * part(dy, 0, workers)));
    };
    for (const std::size_t workers : {1U, 2U})
        add("layer", workers, layer_norm), add("batch", workers, batch_norm);
}

void body(Experiment& e) {
    const Plan plan = e.full() ? Plan{512, 1024} : Plan{};
    for (const std::size_t workers : {2U, 4U, 8U})
        for (const char* norm : {"layer", "batch", "batch-shared"})
            e.plan({{"norm", norm}, {"workers", workers}}, [&](Run& run) { norm_alone(run, plan); });
    for (const std::size_t workers : {2UL, 4UL, 8UL, plan.rows})
        for (const char* inputs : {"64 inputs", "784 inputs"})
            e.plan({{"product of", inputs}, {"workers", workers}},
                   [&](Run& run) { behind_a_product(run, plan); });
    e.measure();
    draw_figures(e);
    const auto of = [&](const char* norm, const char* what, std::size_t workers) {
        return e.values(what, {{"norm", norm}, {"workers", workers}});
    };
    const auto behind = [&](const char* what, std::size_t workers) {
        return e.values(what, {{"product of", "784 inputs"}, {"workers", workers}});
    };
    Table table{fmt::format("Bytes that a worker sends in a step for a norm of {} features, besides the "
                            "parameters' gradients",
                            plan.features),
                {"norm", "forward", "backward"},
                {}};
    for (const char* norm : {"layer", "batch", "batch-shared"})
        table.rows.push_back({norm, fmt::format("{:g}", median(of(norm, "bytes forward", 8))),
                              fmt::format("{:g}", median(of(norm, "bytes backward", 8)))});
    e.show(table);
    e.claim(
        {.id = "split-batch",
         .says = "LayerNorm adapts each sample alone, so it needs no talk between workers; BatchNorm does",
         .expected = Verdict::stands,
         .cases = {{"8 workers, share of LayerNorm's y that differs from the whole batch's in any bit",
                    of("layer", "share of y", 8), Is::exactly, 0},
                   {"8 workers, share of LayerNorm's dx that differs from the whole batch's in any bit",
                    of("layer", "share of dx", 8), Is::exactly, 0},
                   {"2 workers, BatchNorm on a worker's own rows: largest difference of y, over the largest "
                    "element",
                    of("batch", "y", 2), Is::above, 1e-2},
                   {"8 workers, BatchNorm with shared statistics: largest difference of y, over the largest "
                    "element",
                    of("batch-shared", "y", 8), Is::below, 1e-5},
                   {"8 workers, BatchNorm with shared statistics: largest difference of dx, over the largest "
                    "element",
                    of("batch-shared", "dx", 8), Is::below, 1e-5},
                   {"8 workers, LayerNorm behind a product of 784 inputs: largest difference of y, over the "
                    "largest element",
                    behind("LayerNorm", 8), Is::below, 1e-5}}});
    const double differing = 100 * median(of("layer", "share of y", 8));
    e.conclude(fmt::format("Over 8 workers LayerNorm gives {}, and nothing is sent.",
                           differing == 0
                               ? std::string("the whole batch's numbers, bit for bit")
                               : fmt::format("other bits in {:.2g} % of the elements", differing)));
    e.conclude(
        fmt::format("BatchNorm on each worker's own rows is off by up to {:.2g} of the largest element; with "
                    "shared sums, {:g} bytes a worker each way, by {:.1g} of it.",
                    median(of("batch", "y", 8)), median(of("batch-shared", "bytes forward", 8)),
                    median(of("batch-shared", "y", 8))));
    e.conclude(fmt::format(
        "A matrix product of 784 inputs before any norm differs in the last bits of {:.0f} % of its elements "
        "over 8 workers, and of {:.0f} % over 2.",
        100 * median(behind("share of product", 8)), 100 * median(behind("share of product", 2))));
    if (e.deck() != nullptr) add_to_deck(*e.deck());
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(
        argc, argv,
        {.name = "split_batch",
         .question = "Must workers that share a batch talk to each other?",
         .about = "A batch is split over 2, 4 and 8 threads, each with a tape of its own; what they find is "
                  "held against the whole batch on one tape.",
         .setup = "88 rows of 100 normal numbers go through a norm without gamma and beta, forward and "
                  "backward, over 1, 2, 4 and 8 workers; and 88 rows of 64 or 784 inputs through a product "
                  "with 100 outputs and a LayerNorm. Nothing is trained.",
         .why = "LayerNorm's mean and variance are of one row, which one worker has whole. BatchNorm's are "
                "over all rows: each worker sends, for each feature, its mean and the squares around it, and "
                "in the backward the sums of dy and of dy * xhat; what all have sent makes the whole batch's "
                "statistics, but added in another order, hence the last bits (SyncBatchNorm in PyTorch does "
                "the like). With gamma and beta the backward's two sums are their gradients, which workers "
                "send anyway. A product over fewer rows may be computed by other kernels, which add in "
                "another order; which ones, depends on the BLAS library and the shapes.",
         .full = "512 rows of 1,024 features; about ten seconds",
         .body = body});
}
