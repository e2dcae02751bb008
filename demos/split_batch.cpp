// split_batch: a batch split over workers, which norms must then talk, and how many bytes
#include "demos/lab/experiment.hpp"

#include <barrier>
#include <cmath>
#include <thread>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/core/reverse.hpp>

namespace {

using namespace tapedeck::demos::lab;
using tapedeck::Tensor, tapedeck::Variable;

/// Two numbers for each channel: all that the workers tell each other.
struct Message {
    Tensor<float> first, second;
};

/// Hands every worker the messages of all. It counts the bytes that one worker sends.
class Exchange {
  public:
    explicit Exchange(std::size_t workers)
        : messages_(workers), barrier_(static_cast<std::ptrdiff_t>(workers)) {}
    std::vector<Message> all(std::size_t worker, Message mine, std::size_t& bytes) {
        if (messages_.size() > 1) bytes += (mine.first.size() + mine.second.size()) * sizeof(float);
        messages_[worker] = std::move(mine);
        barrier_.arrive_and_wait();
        std::vector<Message> everybody = messages_;
        barrier_.arrive_and_wait();  // nobody writes the next message while another still reads
        return everybody;
    }

  private:
    std::vector<Message> messages_;
    std::barrier<> barrier_;
};

/// What a worker sent in one step.
struct Sent {
    std::size_t forward = 0, backward = 0;
};

/// BatchNorm with the statistics of all workers' rows, each worker having the same number of them.
struct SharedBatchNorm final : tapedeck::Op<float> {
    struct Options {
        Exchange* exchange;
        std::size_t worker;
        Sent* sent;
    };
    Options options;
    Tensor<float> mean, rstd;
    float rows = 0;  // of all workers

    std::string_view name() const override { return "SharedBatchNorm"; }
    std::string_view rule() const override {
        return "dx = gamma * rstd * (dy - mean(dy) - xhat * mean(dy * xhat)), the means over all workers";
    }
    void forward(tapedeck::Forward<float>& f) override {
        const Tensor<float>& x = f.input(0);
        const auto own = static_cast<float>(x.shape()[0]);
        const Tensor<float> own_mean = xt::mean(x, {0}), own_squares = xt::sum(xt::square(x - own_mean), {0});
        const auto all = options.exchange->all(options.worker, {own_mean, own_squares}, options.sent->forward);
        rows = own * static_cast<float>(all.size());
        mean = xt::zeros_like(own_mean);
        for (const Message& m : all) mean += m.first / static_cast<float>(all.size());
        Tensor<float> squares = xt::zeros_like(own_mean);
        for (const Message& m : all) squares += m.second + own * xt::square(m.first - mean);
        rstd = 1 / xt::sqrt(squares / rows + 1e-5F);
        f.output(x.shape()) = (x - mean) * rstd * f.input(1) + f.input(2);
    }
    void adjoint(tapedeck::Reverse<float>& r) override {
        const Tensor<float>& dy = r.upstream();
        const Tensor<float> xhat = (r.input(0) - mean) * rstd;
        const Tensor<float> dgamma = xt::sum(dy * xhat, {0}), dbeta = xt::sum(dy, {0});
        Tensor<float> all_dgamma = xt::zeros_like(dgamma), all_dbeta = all_dgamma;
        for (const Message& m : options.exchange->all(options.worker, {dgamma, dbeta}, options.sent->backward))
            all_dgamma += m.first, all_dbeta += m.second;
        const Tensor<float> dx = r.input(1) * rstd * (dy - all_dbeta / rows - xhat * all_dgamma / rows);
        const auto same = [](auto v) { return v; };
        r.each(0, same, dx);
        r.each_of(dgamma.shape(), 1, same, dgamma);
        r.each_of(dbeta.shape(), 2, same, dbeta);
    }
};

/// The rows of a step, on one worker or on all; dgamma and dbeta are sums over rows.
struct Rows {
    Tensor<float> x, dy, gamma, beta;           // given
    Tensor<float> y = {}, dx = {}, dgamma = {};  // found
};

Variable<float> normalized(const std::string& norm, Variable<float> x, Variable<float> gamma, Variable<float> beta,
                           const SharedBatchNorm::Options& shared) {
    if (norm == "layer") return tapedeck::layer_norm(x, {gamma.shape()[0]}, gamma, beta);
    if (norm == "batch") return tapedeck::batch_norm(x, nullptr, gamma, beta);
    return x.tape().record<SharedBatchNorm>(tapedeck::Where::here(), shared, x, gamma, beta);
}

/// The k-th part of the rows.
template <class Rows>
auto part(Rows& x, std::size_t k, std::size_t workers) {
    const std::size_t rows = x.shape()[0];
    return xt::view(x, xt::range(k * rows / workers, (k + 1) * rows / workers), xt::all());
}

/// Forward and backward of the norm, each worker on a thread and a tape of its own.
Rows split_over(std::size_t workers, const std::string& norm, Rows rows, std::vector<Sent>& sent) {
    Exchange exchange(workers);
    sent.assign(workers, {});
    std::vector<Tensor<float>> dgammas(workers);
    rows.y = rows.dx = rows.x;
    const auto work = [&](std::size_t k) {
        tapedeck::Tape<float> tape;
        const auto x = tape.variable(part(rows.x, k, workers));
        const auto gamma = tape.variable(rows.gamma), beta = tape.variable(rows.beta);
        const auto y = normalized(norm, x, gamma, beta, {&exchange, k, &sent[k]});
        tape.backward(y, part(rows.dy, k, workers));
        part(rows.y, k, workers) = y.value();
        part(rows.dx, k, workers) = x.grad();
        dgammas[k] = gamma.grad();
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t k = 0; k < workers; ++k) threads.emplace_back(work, k);
    }
    rows.dgamma = dgammas[0];
    for (std::size_t k = 1; k < workers; ++k) rows.dgamma += dgammas[k];
    return rows;
}

double share_that_differs(const Tensor<float>& a, const Tensor<float>& b) {
    return xt::mean(xt::cast<double>(xt::not_equal(a, b)))();
}

/// As a share of the largest element.
double largest_difference(const Tensor<float>& a, const Tensor<float>& b) {
    return static_cast<double>(xt::amax(xt::abs(a - b))() / xt::amax(xt::abs(b))());
}

Tensor<float> draw(const tapedeck::Shape& shape, tapedeck::Random& rng, double mean = 0, double deviation = 1) {
    Tensor<float> x = Tensor<float>::from_shape(shape);
    for (float& v : x.storage()) v = static_cast<float>(rng.normal(mean, deviation));
    return x;
}

struct Plan {
    std::size_t rows = 240, features = 128;
};

void norm_alone(Run& run, const Plan& plan) {
    tapedeck::Random rng(run.seed);
    const tapedeck::Shape shape{plan.rows, plan.features}, one_each{plan.features};
    const Rows given{draw(shape, rng, 0.5, 2), draw(shape, rng), draw(one_each, rng, 1, 0.3), draw(one_each, rng)};
    const std::string norm = run.text("norm"), whole_norm = norm == "layer" ? "layer" : "batch";
    std::vector<Sent> sent;
    const Rows whole = split_over(1, whole_norm, given, sent);
    const Rows split = split_over(run.count("workers"), norm, given, sent);
    run.values["share of y that differs"] = share_that_differs(split.y, whole.y);
    run.values["share of dx that differs"] = share_that_differs(split.dx, whole.dx);
    run.values["y"] = largest_difference(split.y, whole.y);
    run.values["dx"] = largest_difference(split.dx, whole.dx);
    run.values["dgamma"] = largest_difference(split.dgamma, whole.dgamma);
    run.values["bytes forward"] = static_cast<double>(sent[0].forward);
    run.values["bytes backward"] = static_cast<double>(sent[0].backward);
}

/// A product, and a LayerNorm behind it: BLAS adds in another order when there are other numbers of rows.
void behind_a_product(Run& run, const Plan& plan) {
    tapedeck::Random rng(run.seed);
    const std::size_t in = run.count("inputs"), workers = run.count("workers");
    const Tensor<float> x = draw({plan.rows, in}, rng), w = draw({plan.features, in}, rng);
    const auto forward = [&](const Tensor<float>& rows) {
        tapedeck::Tape<float> tape;
        const auto product = tapedeck::linear(tape.input(rows), tape.input(w));
        return std::pair{product.value(), tapedeck::layer_norm(product, {plan.features}).value()};
    };
    const auto [product, y] = forward(x);
    Tensor<float> split_product = product, split_y = y;
    std::vector<std::jthread> threads;
    for (std::size_t k = 0; k < workers; ++k)
        threads.emplace_back([&, k] {
            const auto [own_product, own_y] = forward(part(x, k, workers));
            part(split_product, k, workers) = own_product;
            part(split_y, k, workers) = own_y;
        });
    threads.clear();
    run.values["share of the product that differs"] = share_that_differs(split_product, product);
    run.values["product"] = largest_difference(split_product, product);
    run.values["LayerNorm behind the product"] = largest_difference(split_y, y);
}

void body(Experiment& e) {
    const Plan plan = e.full() ? Plan{1920, 1024} : Plan{};
    for (const std::size_t workers : {2, 4, 8}) {
        for (const char* norm : {"layer", "batch", "batch-shared"})
            e.plan({{"norm", norm}, {"workers", workers}}, [&](Run& run) { norm_alone(run, plan); });
        for (const std::size_t inputs : {8, 64, 100, 784})
            e.plan({{"inputs", inputs}, {"workers", workers}}, [&](Run& run) { behind_a_product(run, plan); });
    }
    e.measure();
    for (const Run& r: e.runs()) if (r.seed==1||1) { for (auto&[k,v]: r.config) fmt::print("{} {} ", k, v.is_number()?fmt::format("{}",v.number()):v.text()); for (auto&[k,v]:r.values) fmt::print(" {}={:.3g}",k,v); fmt::print("\n"); }
}

}  // namespace

int main(int argc, char** argv) {
    return run_demo(argc, argv,
                    {.name = "split_batch",
                     .question = "Must workers that share a batch talk to each other?",
                     .about = "A batch is split over 2, 4 and 8 threads, each with a tape of its own; what they find is held "
                              "against the whole batch on one tape.",
                     .body = body});
}
