// Every operation, forward and back, each beside its plain loop.
#include "bench_support.hpp"

namespace micro {

namespace {

/// A case with everything that its benchmarks need. Inputs are parameters, which a recording reads in place.
struct Bench {
    Case c;
    std::vector<td::Parameter<float>> parameters;
    td::Tape<float> tape;
    td::Tensor<float> y, dy;
    std::vector<td::Tensor<float>> dx;
    std::size_t inputs = 0;  // elements

    explicit Bench(Case made) : c(std::move(made)) {
        for (const auto& x : c.inputs) {
            parameters.emplace_back(x);
            dx.push_back(td::zeros<float>(x.shape()));
            inputs += x.size();
        }
        y = record().value();
        dy = draw(y.shape());
    }
    F record() {
        tape.rewind();
        x_.clear();
        for (auto& p : parameters) x_.push_back(tape.parameter(p));
        return c.record(x_);
    }
    /// On leaves, whose gradients start afresh in each pass.
    F record_leaves() {
        tape.rewind();
        x_.clear();
        for (const auto& x : c.inputs) x_.push_back(tape.variable(x));
        return c.record(x_);
    }
    Plain plain() {
        Plain p;
        for (std::size_t i = 0; i < dx.size(); ++i) {
            p.x.push_back(c.inputs[i].data());
            p.dx.push_back(dx[i].data());
        }
        p.y = y.data();
        p.dy = dy.data();
        return p;
    }
    /// Inputs read, the result written; and back, its gradient read, the inputs' written.
    std::size_t bytes() const { return (inputs + y.size()) * sizeof(float); }

  private:
    std::vector<F> x_;
};

void forward(benchmark::State& state, const Subject& subject, Size size) {
    Bench bench(subject.make(size));
    run(
        state, [&] { benchmark::DoNotOptimize(bench.record().index()); }, bench.bytes());
}

/// The whole reverse pass: seeding it with dy, and the adjoint of the operation (or of all those that it
/// consists of).
void adjoint(benchmark::State& state, const Subject& subject, Size size) {
    Bench bench(subject.make(size));
    const F y = bench.record_leaves();
    run(
        state, [&] { bench.tape.backward(y, bench.dy); }, bench.bytes());
}

void plain(benchmark::State& state, const Subject& subject, Size size, bool back) {
    Bench bench(subject.make(size));
    Plain p = bench.plain();
    bench.c.forward(p);
    run(
        state, [&] { back ? bench.c.adjoint(p) : bench.c.forward(p); }, bench.bytes());
}

}  // namespace

void register_operations() {
    for (const Subject& subject : subjects()) {
        const Case small = subject.make({2, 8});
        for (const Size size : subject.sizes) {
            const auto add = [&](const std::string& what, auto body) {
                const std::string name = subject.name + "/" + size_name(size) + "/" + what;
                benchmark::RegisterBenchmark(name.c_str(), body);
            };
            add("forward", [=](auto& state) { forward(state, subject, size); });
            if (small.forward) add("forward_plain", [=](auto& state) { plain(state, subject, size, false); });
            if (small.differentiable) add("adjoint", [=](auto& state) { adjoint(state, subject, size); });
            if (small.adjoint) add("adjoint_plain", [=](auto& state) { plain(state, subject, size, true); });
        }
    }
}

}  // namespace micro
