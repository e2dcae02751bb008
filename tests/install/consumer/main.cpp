// Goes through the library's door from outside: tensors of every size are made here and looked at there and
// the other way round, a module and an operation of the user's own, a training, a paused pass, an error, a
// deck.
#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

template <class T>
struct Softplus final : td::Op<T> {
    std::string_view name() const override { return "Softplus"; }
    std::string_view rule() const override { return "dx = dy / (1 + e^-x)"; }
    void forward(td::Forward<T>& f) override {
        f.each([](T x) { return std::log1p(std::exp(x)); }, f.input(0));
    }
    void adjoint(td::Reverse<T>& r) override {
        r.each(
            0, [](T dy, T x) { return dy / (1 + std::exp(-x)); }, r.upstream(), r.input(0));
    }
};

template <class T>
td::Variable<T> softplus(td::Tape<T>& tape, td::Variable<T> x) {
    return tape.template record<Softplus<T>>(td::Where::here(), {}, x);
}

struct Mlp : td::Module<float> {
    td::Linear<float> fc1, fc2;
    td::BatchNorm<float> norm;
    explicit Mlp(td::Random& rng) : fc1(2, 16, rng), fc2(16, 2, rng), norm(16) {}
    td::Variable<float> forward(td::Variable<float> x) override {
        return fc2(softplus(x.tape(), norm(fc1(x))));
    }
    void visit(td::Visitor<float>& v) override { v("fc1", fc1), v("norm", norm), v("fc2", fc2); }
};

int wrong = 0;
void expect(bool holds, std::string_view what) {
    if (!holds) ++wrong, fmt::print("wrong: {}\n", what);
}

/// Tensors of 0 to 70 elements, in place and on the heap, resized and moved, are the same on both sides.
void hand_over_tensors() {
    td::Tape<double> tape;
    td::Tensor<double> kept;
    for (std::size_t n = 0; n <= 70; ++n) {
        tape.rewind();
        td::Tensor<double> x = td::zeros<double>({n});
        for (std::size_t i = 0; i < n; ++i) x(i) = static_cast<double>(i) + 0.5;
        const td::Tensor<double> there_and_back = (tape.input(x) * 2.0).value();
        expect(there_and_back.shape() == td::Shape{n}, "a tensor's shape");
        for (std::size_t i = 0; i < n; ++i) expect(there_and_back(i) == 2 * x(i), "a tensor's element");
        kept = std::move(x);
        kept.resize({n / 2});
        expect(tape.input(kept).value().size() == n / 2, "a resized tensor");
    }
    const td::Tensor<double> grid{{1, 2, 3}, {4, 5, 6}};
    const td::Tensor<double> sums = xt::view(grid, 0) + xt::view(grid, 1);  // xtensor's own loops
    expect(tape.input(sums).value()(2) == 9, "an xtensor expression");
}

int main() {
    hand_over_tensors();

    td::Random rng(1);
    Mlp net(rng);
    td::Adam<float> adam(net.parameters(), {.lr = 0.05});
    td::Tape<float> tape;
    const td::Tensor<float> x{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    float loss_before = 0, loss_now = 0;
    for (int step = 0; step < 60; ++step) {
        tape.rewind();
        adam.zero_grad();
        const auto loss = td::cross_entropy(net(tape.input(x)), {0, 1, 1, 0});
        auto pass = tape.reverse(loss);
        expect(pass.until("norm"), "the pass stops at the norm");
        expect(pass.here().op() == "BatchNorm", "it is a BatchNorm");
        pass.step(), pass.back(), pass.finish();
        if (step == 59) td::write_deck(tape, loss, "deck.html");
        adam.step();
        loss_now = loss.item();
        if (step == 0) loss_before = loss_now;
    }
    expect(loss_now < 0.1F * loss_before, "the loss falls");

    const auto report = td::gradcheck<double>([](auto& on, auto v) { return softplus(on, v[0]); },
                                              {td::Tensor<double>{0.3, -1.2}});
    expect(report.ok(), report.text());
    try {
        matmul(tape.input(x), tape.input(x));
        expect(false, "a wrong product is refused");
    } catch (const td::ShapeError& error) {
        expect(std::string_view(error.what()).find("main.cpp") != std::string_view::npos, error.what());
    }
    fmt::print("Tapedeck {}: loss {:a}, {} wrong\n", td::version, loss_now, wrong);
    return wrong == 0 ? 0 : 1;
}
