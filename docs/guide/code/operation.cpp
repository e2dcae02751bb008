// Two operations of one's own, their gradients checked, and a wrong one found out.
#include <cmath>

#include <fmt/format.h>
#include <tapedeck/tapedeck.hpp>
namespace td = tapedeck;

// [softplus]
/// y = log(1 + e^x)
template <class T>
struct Softplus final : td::Op<T> {
    std::string_view name() const override { return "Softplus"; }
    std::string_view rule() const override { return "dx = dy / (1 + e^-x)"; }
    void forward(td::Forward<T>& f) override {
        f.each([](T x) { return std::log1p(std::exp(x)); }, f.input(0));
    }
    void adjoint(td::Reverse<T>& r) override {
        const auto rule = [](T dy, T x) { return dy / (1 + std::exp(-x)); };
        r.each(0, rule, r.upstream(), r.input(0));
    }
};

template <class T>
td::Variable<T> softplus(td::Variable<T> x, td::Where where = td::Where::here()) {
    return td::op::record<Softplus<T>>(where, {}, x);
}
// [softplus]

// [swish]
/// y = x * s, s = sigmoid(beta * x) (Ramachandran 2017)
template <class T>
struct Swish final : td::Op<T> {
    struct Options {
        double beta = 1;
    };
    Options options;          // assigned at every recording
    td::Tensor<T> gate = {};  // s: kept for the adjoint, and for a debugger to show

    std::string_view name() const override { return "Swish"; }
    std::string_view rule() const override {
        return "dx = dy * (s + x * beta * s * (1 - s))";
    }
    void forward(td::Forward<T>& f) override {
        const td::Tensor<T>& x = f.input(0);
        const T beta = static_cast<T>(options.beta);
        td::resized(gate, x.shape());
        for (std::size_t i = 0; i < x.size(); ++i)
            gate.storage()[i] = 1 / (1 + std::exp(-beta * x.storage()[i]));
        f.each([](T xi, T s) { return xi * s; }, x, gate);
    }
    void adjoint(td::Reverse<T>& r) override {
        const T beta = static_cast<T>(options.beta);
        const auto rule = [beta](T dy, T x, T s) {
            return dy * (s + x * beta * s * (1 - s));
        };
        r.each(0, rule, r.upstream(), r.input(0), gate);
    }
};

template <class T>
td::Variable<T> swish(td::Variable<T> x, double beta = 1,
                      td::Where where = td::Where::here()) {
    if (!(beta > 0))
        throw td::ValueError(fmt::format("swish ({}): beta is {}: it must be positive.",
                                         where.text(), beta));
    return td::op::record<Swish<T>>(where, {beta}, x);
}
// [swish]

// [wrong]
/// Softplus, with a sign that slipped.
template <class T>
struct WrongSoftplus final : td::Op<T> {
    std::string_view name() const override { return "WrongSoftplus"; }
    std::string_view rule() const override { return "dx = dy / (1 + e^x)"; }
    void forward(td::Forward<T>& f) override {
        f.each([](T x) { return std::log1p(std::exp(x)); }, f.input(0));
    }
    void adjoint(td::Reverse<T>& r) override {
        const auto rule = [](T dy, T x) { return dy / (1 + std::exp(x)); };
        r.each(0, rule, r.upstream(), r.input(0));
    }
};
// [wrong]

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

int main() {
    // [check]
    const td::Tensor<double> x{{0.3, -1.2}, {2, 0.5}};
    const auto one = td::gradcheck([](auto&, auto v) { return softplus(v[0]); }, {x});
    const auto two = td::gradcheck([](auto&, auto v) { return swish(v[0], 1.5); }, {x});
    fmt::print("{}\n{}\n", first_line(one.text()), first_line(two.text()));
    // [check]

    // [found]
    td::Tape<double> tape;
    const auto v = tape.variable(x, "x");
    sum(td::op::record<WrongSoftplus<double>>(td::Where::here(), {}, v * 2));
    for (const auto& wrong : td::wrong_adjoints(tape)) fmt::print("{}\n", wrong.text());
    // [found]
}
