// split_batch: a batch split over workers, which norms must then talk, and how many bytes
#include "demos/lab/experiment.hpp"

#include <algorithm>
#include <array>
#include <barrier>
#include <thread>

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/random.hpp>

namespace {

using namespace tapedeck::demos;
using namespace tapedeck::demos::lab;
using tapedeck::Tensor, tapedeck::Variable;

struct Result {
    Tensor<float> y, dx;
};

/// Two sums for each channel: all that the workers tell each other.
using Message = std::array<Tensor<float>, 2>;

struct Exchange {
    std::vector<Message> messages;
    std::barrier<> everybody;
    std::vector<double> bytes;  // of each message that one worker sends

    explicit Exchange(std::size_t workers)
        : messages(workers), everybody(static_cast<std::ptrdiff_t>(workers)) {}
    /// The messages of all, once everybody's is there.
    std::vector<Message> all(std::size_t worker, const Message& mine) {
        if (worker == 0) bytes.push_back(static_cast<double>(2 * mine[0].size() * sizeof(float)));
        messages[worker] = mine;
        everybody.arrive_and_wait();
        const std::vector<Message> received = messages;
        everybody.arrive_and_wait();  // nobody writes the next message while another still reads
        return received;
    }
};

/// BatchNorm over the rows of all workers, who have equally many. With gamma and beta the backward's two sums
/// would be their gradients, which workers send anyway.
Result shared_batch_norm(Exchange& exchange, std::size_t worker, const Tensor<float>& x,
                         const Tensor<float>& dy) {
    const Tensor<float> own = xt::mean(x, {0}), own_squares = xt::sum(xt::square(x - own), {0});
    const auto statistics = exchange.all(worker, {own, own_squares});
    const auto rows = static_cast<float>(x.shape()[0]), workers = static_cast<float>(statistics.size());
    Tensor<float> mean = xt::zeros_like(own), squares = mean, sum = mean, sum_along = mean;
    for (const auto& [a_mean, _] : statistics) mean += a_mean / workers;
    for (const auto& [a_mean, around_it] : statistics)
        squares += around_it + rows * xt::square(a_mean - mean);
    const Tensor<float> rstd = 1 / xt::sqrt(squares / (rows * workers) + 1e-5F), xhat = (x - mean) * rstd;
    for (const auto& [a, b] : exchange.all(worker, {xt::sum(dy, {0}), xt::sum(dy * xhat, {0})}))
        sum += a, sum_along += b;
    return {xhat, rstd * (dy - (sum + xhat * sum_along) / (rows * workers))};
}

/// y = f(x) and dx, on a tape of its own.
template <class F>
auto on_tape(F f) {
    return [f](std::size_t, const Tensor<float>& x, const Tensor<float>& dy) {
        tapedeck::Tape<float> tape;
        const auto rows = tape.variable(x), y = f(rows);
        tape.backward(y, dy);
        return Result{y.value(), rows.grad()};
    };
}

const auto layer_norm = [](Variable<float> x) { return tapedeck::layer_norm(x, {x.shape()[1]}); };
const auto batch_norm = [](Variable<float> x) { return tapedeck::batch_norm(x, nullptr); };

/// The k-th part of the rows.
template <class Rows>
auto part(Rows& x, std::size_t k, std::size_t workers) {
    const std::size_t rows = x.shape()[0];
    return xt::view(x, xt::range(k * rows / workers, (k + 1) * rows / workers), xt::all());
}

/// step(worker, x, dy) on a thread for each worker, with its part of the rows.
template <class Step>
Result split_over(std::size_t workers, const Tensor<float>& x, const Tensor<float>& dy, Step step) {
    Result result{dy, x};
    std::vector<std::jthread> threads;
    for (std::size_t k = 0; k < workers; ++k)
        threads.emplace_back([&, k] {
            const Result own = step(k, part(x, k, workers), part(dy, k, workers));
            part(result.y, k, workers) = own.y;
            part(result.dx, k, workers) = own.dx;
        });
    threads.clear();  // waits for them
    return result;
}

/// The share of elements that differ in any bit, and the largest difference over the largest element.
void compare(Run& run, const std::string& what, const Tensor<float>& split, const Tensor<float>& whole) {
    run.values["share of " + what] = xt::mean(xt::cast<double>(xt::not_equal(split, whole)))();
    run.values[what] = static_cast<double>(xt::amax(xt::abs(split - whole))() / xt::amax(xt::abs(whole))());
}

Tensor<float> draw(std::size_t rows, std::size_t columns, tapedeck::Random& rng) {
    Tensor<float> x = Tensor<float>::from_shape({rows, columns});
    for (float& v : x.storage()) v = static_cast<float>(rng.normal());
    return x;
}

struct Plan {
    std::size_t rows = 88, features = 100;
};

void norm_alone(Run& run, const Plan& plan) {
    tapedeck::Random rng(run.seed);
    const Tensor<float> x = draw(plan.rows, plan.features, rng), dy = draw(plan.rows, plan.features, rng);
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
    const Tensor<float> x = draw(plan.rows, inputs, rng), w = draw(plan.features, inputs, rng),
                        dy = draw(plan.rows, plan.features, rng);
    const auto product = [&](Variable<float> rows) { return tapedeck::linear(rows, rows.tape().input(w)); };
    const auto with_norm = [&](Variable<float> rows) { return layer_norm(product(rows)); };
    const auto y = [&](std::size_t n, const auto& f) { return split_over(n, x, dy, on_tape(f)).y; };
    compare(run, "product", y(run.count("workers"), product), y(1, product));
    compare(run, "LayerNorm", y(run.count("workers"), with_norm), y(1, with_norm));
}

void draw_figures(Experiment& e) {
    const auto panel = [](const char* title, const char* what, bool share, const char* by = "norm") {
        return Plot{.title = title,
                    .x_label = "workers",
                    .y_label = share ? "share of elements" : "difference / largest element",
                    .x_log = true,
                    .y_log = !share && by == std::string("norm"),
                    .layers = {{.way = Way::against, .measured = what, .by = by, .x = "workers"}}};
    };
    e.draw({.name = "norm-alone",
            .heading = "A split batch against the whole, the norm alone on the same pre-activations",
            .hint = "A difference of exactly 0 has no place below. BatchNorm on each worker's own rows "
                    "is another function; with shared sums only rounding is left.",
            .plots = {panel("y: elements that differ", "share of y", true),
                      panel("dx: elements that differ", "share of dx", true),
                      panel("y: largest difference", "y", false),
                      panel("dx: largest difference", "dx", false)}});
    e.draw(
        {.name = "behind-a-product",
         .heading = "The same behind a matrix product",
         .hint =
             "With few rows the product takes other kernels, which add in another order: last bits differ "
             "before any norm is reached, and how many depends on the shapes. To the right: each row alone.",
         .plots = {panel("product: elements that differ", "share of product", true, "product of"),
                   panel("LayerNorm behind it: largest difference", "LayerNorm", false, "product of")}});
}

void add_to_deck(tapedeck::Deck<float>& deck) {
    tapedeck::Random rng(1);
    const Tensor<float> x = draw(6, 4, rng), dy = draw(6, 4, rng);
    const auto add = [&](const char* norm, std::size_t workers, const auto& f) {
        tapedeck::Tape<float> tape;
        const auto y = f(tape.variable(part(x, 0, workers), "rows"));
        deck.add(norm, workers == 1 ? "all 6 rows" : "the first worker's 3",
                 tapedeck::sum(y * part(dy, 0, workers)));
    };
    for (const std::size_t workers : {1, 2})
        add("layer", workers, layer_norm), add("batch", workers, batch_norm);
}

void body(Experiment& e) {
    const Plan plan = e.full() ? Plan{512, 1024} : Plan{};
    for (const std::size_t workers : {2, 4, 8})
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
                   {"8 workers, the same of dx", of("layer", "share of dx", 8), Is::exactly, 0},
                   {"2 workers, BatchNorm on a worker's own rows: largest difference of y, over the largest "
                    "element",
                    of("batch", "y", 2), Is::above, 1e-2},
                   {"8 workers, BatchNorm with shared statistics: the same", of("batch-shared", "y", 8),
                    Is::below, 1e-5},
                   {"8 workers, the same of its dx", of("batch-shared", "dx", 8), Is::below, 1e-5},
                   {"8 workers, LayerNorm behind a product of 784 inputs: the same of y",
                    behind("LayerNorm", 8), Is::below, 1e-5}}});
    e.conclude(
        fmt::format("Over 8 workers {:.2g} % of LayerNorm's y differ from the whole batch's in any bit, with "
                    "nothing sent. BatchNorm's y is off by up to {:.2g} of the largest, and by {:.1g} when "
                    "each worker sends {:g} bytes forward and {:g} backward.",
                    100 * median(of("layer", "share of y", 8)), median(of("batch", "y", 8)),
                    median(of("batch-shared", "y", 8)), median(of("batch-shared", "bytes forward", 8)),
                    median(of("batch-shared", "bytes backward", 8))));
    e.conclude(fmt::format(
        "Of a product of 784 inputs {:.0f} % of the elements differ in their last bits over 2 workers, "
        "and {:.0f} % over 8, before any norm.",
        100 * median(behind("share of product", 2)), 100 * median(behind("share of product", 8))));
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
         .body = body});
}
