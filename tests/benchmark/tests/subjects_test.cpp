// Each operation of the micro-benchmarks does what the plain loop beside it does, and allocates nothing.
#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "../../allocations.hpp"
#include "../micro/subject.hpp"

namespace {

namespace td = tapedeck;

/// The largest difference, as a part of the largest expected number.
double off(const float* found, const std::vector<float>& expected) {
    double most = 0, scale = 1e-3;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double e = static_cast<double>(expected[i]);
        const double difference = std::abs(static_cast<double>(found[i]) - e);
        most = std::isfinite(difference) ? std::max(most, difference) : 1e9;
        scale = std::max(scale, std::abs(e));
    }
    return most / scale;
}

}  // namespace

TEST_CASE("each measured operation agrees with its plain loop, forward and back") {
    std::size_t with_plain = 0;
    for (const micro::Subject& subject : micro::subjects()) {
        CAPTURE(subject.name);
        const micro::Case c = subject.make({6, 16});
        td::Tape<float> tape;
        std::vector<micro::F> x;
        for (const auto& input : c.inputs) x.push_back(tape.variable(input));
        const micro::F y = c.record(x);
        const auto dy = micro::draw(y.shape());
        if (c.differentiable) tape.backward(y, dy);
        CHECK(c.differentiable == x[0].has_grad());
        if (!c.forward) continue;

        ++with_plain;
        micro::Plain p;
        std::vector<float> out(y.value().size(), std::nanf(""));
        std::vector<std::vector<float>> dx;
        for (const auto& input : c.inputs) {
            p.x.push_back(input.data());
            dx.emplace_back(input.size(), std::nanf(""));
        }
        for (auto& gradient : dx) p.dx.push_back(gradient.data());
        p.y = out.data();
        p.dy = dy.data();
        c.forward(p);
        CHECK(off(y.value().data(), out) < 1e-5);
        if (!c.adjoint) continue;
        c.adjoint(p);
        for (std::size_t i = 0; i < dx.size(); ++i) {
            CAPTURE(i);
            CHECK(off(x[i].grad().data(), dx[i]) < 5e-5);
        }
    }
    // All but dropout.
    CHECK(with_plain == micro::subjects().size() - 1);
}

TEST_CASE("no measured operation allocates in steady state") {
    for (const micro::Subject& subject : micro::subjects()) {
        CAPTURE(subject.name);
        const micro::Case c = subject.make({6, 16});
        td::Tape<float> tape;
        std::vector<micro::F> x(c.inputs.size());
        auto dy = td::Tensor<float>::from_shape({1});
        const auto step = [&] {
            tape.rewind();
            for (std::size_t i = 0; i < x.size(); ++i) x[i] = tape.variable(c.inputs[i]);
            const micro::F y = c.record(x);
            if (dy.shape() != y.shape()) dy = micro::draw(y.shape());
            if (c.differentiable) tape.backward(y, dy);
        };
        for (int i = 0; i < 3; ++i) step();
        const std::size_t before = tapedeck::test::allocations();
        for (int i = 0; i < 3; ++i) step();
        CHECK(tapedeck::test::allocations() == before);
    }
}
