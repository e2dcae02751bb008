// gradcheck itself: it must reject what is wrong and refuse what proves nothing.
#include <doctest/doctest.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

namespace {

/// y = tanh(x), with a sign wrong.
struct WrongTanh final : td::Op<double> {
    std::string_view name() const override { return "WrongTanh"; }
    std::string_view rule() const override { return "dx = dy * (1 + y^2)"; }
    void forward(td::Forward<double>& f) override {
        f.each([](auto x) { return std::tanh(x); }, f.input(0));
    }
    void adjoint(td::Reverse<double>& r) override {
        r.each(
            0, [](auto dy, auto y) { return dy * (1 + y * y); }, r.upstream(), r.output());
    }
};

/// layer_norm's value with no gradient at all: a check with a seed of ones lets it pass.
struct SilentNorm final : td::Op<double> {
    std::string_view name() const override { return "SilentNorm"; }
    std::string_view rule() const override { return "dx = 0"; }
    void forward(td::Forward<double>& f) override {
        td::Tensor<double>& y = f.output(f.input(0).shape());
        const double n = static_cast<double>(y.size());
        double mean = 0, variance = 0;
        for (const double x : f.input(0)) mean += x / n;
        for (const double x : f.input(0)) variance += (x - mean) * (x - mean) / n;
        for (std::size_t i = 0; i < y.size(); ++i)
            y.storage()[i] = (f.input(0).storage()[i] - mean) / std::sqrt(variance + 1e-5);
    }
    void adjoint(td::Reverse<double>& r) override {
        r.each(
            0, [](auto dy) { return 0 * dy; }, r.upstream());
    }
};

template <class O>
td::Variable<double> record(td::Tape<double>& tape, std::vector<td::Variable<double>> x) {
    return tape.record<O>(td::Where::here(), {}, x[0]);
}

const td::Tensor<double> kX{0.3, -0.2, 0.9, 1.4, -2.0};

}  // namespace

TEST_CASE("gradcheck rejects a wrong sign and says where") {
    const auto report = td::gradcheck<double>(record<WrongTanh>, {kX});
    CHECK_FALSE(report.ok());
    CHECK(report.wrong.size() == 5);
    CHECK(report.worst.size() == 5);
    CHECK(report.worst.front().error() >= report.worst.back().error());
    CHECK(report.text().find("FAILED: 5 of 5") != std::string::npos);
}

TEST_CASE("gradcheck rejects a backward of zeros, which a seed of ones lets pass") {
    const auto report = td::gradcheck<double>(record<SilentNorm>, {kX});
    CHECK_FALSE(report.ok());
    CHECK(report.problem.empty());
}

TEST_CASE("gradcheck refuses a check that proves nothing") {
    const auto report = td::gradcheck([](auto&, auto x) { return td::sum(x[0] * 0.0); }, {kX});
    CHECK_FALSE(report.ok());
    CHECK(report.problem.find("near zero") != std::string::npos);
    CHECK_FALSE(td::gradcheck<double>([](auto& tape, auto) { return tape.variable(kX); }, {}).ok());
}

TEST_CASE("gradcheck leaves running statistics and generators alone") {
    td::RunningStatistics<double> running(3);
    td::Random rng(5);
    const auto state = rng.state();
    const auto report = td::gradcheck<double>(
        [&](auto&, auto x) { return td::dropout(td::batch_norm<double>(x[0], &running), 0.5, rng); },
        {td::Tensor<double>{{1, 2, 3}, {3, 1, 9}, {0, 0, 1}}});
    CHECK_MESSAGE(report.ok(), report.text());
    CHECK(running.batches() == 0);  // neither by the recording nor by the plays
    CHECK(running.mean(0) == 0);
    CHECK(running.var(0) == 1);
    CHECK(rng.state() == state);
}

namespace {

/// As in op.hpp's comment.
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

}  // namespace

TEST_CASE("gradcheck passes an operation of one's own") {
    const auto report = td::gradcheck(
        [](auto& tape, auto x) {
            return tape.template record<Softplus<double>>(td::Where::here(), {}, x[0]);
        },
        {kX});
    CHECK_MESSAGE(report.ok(), report.text());
    CHECK(report.checked == 5);
}
