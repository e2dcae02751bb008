// What the debuggers' tests run. They find their lines by the comments "at: …".
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <limits>
#include <string>

#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

namespace {

/// A line to stop at, and objects that are still needed there, however this is compiled.
[[gnu::noinline]] void look(std::initializer_list<const void*> objects) {
    asm volatile("" : : "r"(objects.begin()) : "memory");
}

/// y = tanh(x), and a wrong sign.
template <class T>
struct WrongTanh final : td::Op<T> {
    std::string_view name() const override { return "WrongTanh"; }
    std::string_view rule() const override { return "dx = dy * (1 + y^2)"; }
    void forward(td::Forward<T>& f) override {
        f.each([](auto x) { return std::tanh(x); }, f.input(0));
    }
    void adjoint(td::Reverse<T>& r) override {
        r.each(
            0, [](T dy, T y) { return dy * (1 + y * y); }, r.upstream(),
            r.output());  // at: the wrong adjoint
    }
};

struct Model : td::Module<float> {
    td::Linear<float> fc1, fc2;
    td::LayerNorm<float> norm;
    explicit Model(td::Random& rng) : fc1(2, 4, rng), fc2(4, 1, rng), norm(4) {}
    td::Variable<float> forward(td::Variable<float> x) override {
        const auto h = norm(fc1(x)) * 2 + 1;  // at: a line with an expression
        auto y = h.tape().record<WrongTanh<float>>(td::Where::here(), {}, h).named("h");
        return fc2(y);
    }
    void visit(td::Visitor<float>& v) override { v("fc1", fc1), v("norm", norm), v("fc2", fc2); }
};

/// What the printers are shown.
void show_values(td::Tape<float>& tape, const td::Variable<float>& loss) {
    const td::Tensor<float> small{{1, 2.5f}, {-3, 0.1f}};
    td::Tensor<double> large = td::full<double>({20, 30}, 0.5);
    large(0, 0) = 1, large(0, 1) = 2, large(0, 29) = 3, large(19, 29) = -4;
    td::Tensor<float> scalar;
    scalar(0) = 7;
    const td::Tensor<float> empty = td::zeros<float>({0, 3});
    td::Tensor<float> strange = td::zeros<float>({6, 6});
    strange(2, 3) = std::numeric_limits<float>::quiet_NaN();
    const td::Shape shape{4, 5};
    const td::SmallVector<double, 4, 64> vector(3, 0.25);
    const td::Parameter<float> parameter(small, "weight");
    const td::Where where = td::Where::here();
    const td::Variable<float> nowhere;
    const td::Entry<float>& entry = tape[loss.index()];
    look({&small, &large, &scalar, &empty, &strange, &shape, &vector, &parameter, &where});
    look({&nowhere, &entry, &tape, &loss, &small, &shape, &vector, &parameter, &where});  // at: everything
}

/// One of each operation that bears another name than its class.
void show_names(td::Random& rng) {
    td::Tape<double> tape;
    td::Tensor<double> numbers = td::zeros<double>({4, 4, 3});
    for (double& x : numbers.storage()) x = rng.normal();
    const auto x = tape.variable(numbers, "x");
    const auto normed = group_norm(rms_norm(layer_norm(x, {3}), {3}), 2);
    const auto last =
        sum(td::concat({instance_norm(normed), transpose(normed, 0, 1)}, 0)) + sum(td::stack({x, x}, 0));
    for (const auto& entry : tape) std::printf("#%zu %s\n", entry.index(), std::string(entry.op()).c_str());
    look({&tape, &last});  // at: the names
}

/// Three chunks of entries.
void show_long_tape() {
    td::Tape<float> tape;
    auto x = tape.variable(td::ones<float>({1}), "x");
    for (int i = 0; i < 300; ++i) x = x + 1;
    look({&tape, &x});  // at: a long tape
}

[[gnu::noinline]] td::Tensor<float> three_times(const td::Tensor<float>& x) {
    td::Tensor<float> both = x * 2.0f + x;  // at: a line with an xtensor expression
    look({&both});
    return both;
}

}  // namespace

int main() {
    td::Random rng(3);
    Model net(rng);
    net.named("net");
    look({&rng});  // at: before the tape is constructed
    td::Tape<float> tape;
    const td::Tensor<float> x{{0, 1}, {1, 0}, {1, 1}}, target = td::ones<float>({3, 1});
    const td::Tensor<float> both = three_times(x);
    const auto loss = mse_loss(net(tape.input(both, "x")), target);
    show_values(tape, loss);
    tape.backward(loss);
    look({&tape, &loss, &both});  // at: after backward
    net.zero_grad();
    auto pass = tape.reverse(loss);
    pass.until("norm");
    look({&tape, &pass, &net});  // at: a paused pass
    pass.finish();
    show_names(rng);
    show_long_tape();
    const td::Variable<float> stale = loss;
    tape.rewind();
    look({&tape, &stale});  // at: a stale variable
}
