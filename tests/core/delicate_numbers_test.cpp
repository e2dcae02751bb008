// Sums, softmax, losses and activations on numbers that break careless ones, in float.
#include <cmath>
#include <limits>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

bool is_zero_or_one(float v) { return v == 0 || v == 1; }

}  // namespace

// 0.1 in float is not 0.1, but its mean over any number of them is itself.
TEST_CASE("delicate numbers: the mean of a million equal numbers, along and across memory") {
    const std::size_t n = 1 << 20;
    Tape tape;
    const auto check = [](Variable<float> m) {
        for (const float v : m.value().storage()) CHECK(v == doctest::Approx(0.1f).epsilon(1e-5));
    };
    check(mean(tape.input(full<float>({n}, 0.1f))));
    check(mean(tape.input(full<float>({4, n / 4}, 0.1f)), {1}));
    check(mean(tape.input(full<float>({n / 4, 4}, 0.1f)), {0}));
    check(mean(tape.input(full<float>({n / 8, 2, 4}, 0.1f)), {0, 1}));
    const auto b = tape.variable(zeros<float>({4}));  // the gradient of a bias is such a sum
    tape.backward(b + tape.input(zeros<float>({n / 4, 4})), full<float>({n / 4, 4}, 0.1f));
    CHECK(b.grad()(2) == doctest::Approx(0.1 * n / 4).epsilon(1e-5));
}

TEST_CASE("delicate numbers: the variance under offsets") {
    Tape tape;
    for (const double offset : {0.0, 1e4, 1e6, 1e7}) {
        CAPTURE(offset);
        const auto x =
            tape.variable(tensor({2, 3}, {offset - 1, offset, offset + 1, offset - 2, offset, offset + 2}));
        check_near(var(x, {1}).value(), {1, 4}, 1e-5);
        check_near(var(x, {0}).value(), {0.5, 0, 0.5}, 1e-5);
        const auto v = var(x);
        CHECK(v.item() == doctest::Approx(2));
        tape.backward(v);
        check_near(x.grad(), {-0.4, 0, 0.4, -0.8, 0, 0.8}, 1e-5);
    }
}

TEST_CASE("delicate numbers: softmax of huge logits is one-hot, and an offset changes nothing") {
    Tape tape;
    for (const float huge : {1e3f, 1e10f, 1e30f, 3e38f}) {
        CAPTURE(huge);
        const auto x = tape.variable(tensor({2, 3}, {huge, -huge, 0, -huge, -huge, huge}));
        const auto y = softmax(x, -1);
        CHECK(list(y.value()) == std::vector<float>{1, 0, 0, 0, 0, 1});
        tape.backward(y, tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
        CHECK(list(x.grad()) == std::vector<float>(6, 0));
    }
    const Tensor<float> near = tensor({1, 4}, {1, 3, -2, 0});
    const Tensor<float> far = tensor({1, 4}, {1000001, 1000003, 999998, 1000000});
    CHECK(list(softmax(tape.input(near), -1).value()) == list(softmax(tape.input(far), -1).value()));
    CHECK(list(log_softmax(tape.input(near), -1).value()) == list(log_softmax(tape.input(far), -1).value()));
}

TEST_CASE("delicate numbers: a logit of minus infinity is a masked one") {
    Tape tape;
    const auto x = tape.variable(tensor({1, 3}, {0, -kInf, 0}));
    const auto y = softmax(x, -1);
    check_near(y.value(), {0.5, 0, 0.5});
    tape.backward(y, tensor({1, 3}, {1, 7, 0}));
    check_near(x.grad(), {0.25, 0, -0.25});
    // Nothing left to choose from is nan, as in PyTorch, in that row alone.
    const auto rows = softmax(tape.input(tensor({2, 2}, {-kInf, -kInf, 0, 0})), -1).value();
    CHECK(std::isnan(rows(0, 0)));
    CHECK(rows(1, 0) == 0.5f);
}

TEST_CASE("delicate numbers: log_softmax and cross_entropy keep what softmax rounds to 0") {
    Tape tape;
    const auto x = tape.variable(tensor({1, 3}, {1e4, 0, -1e4}));
    check_near(log_softmax(x, -1).value(), {0, -1e4, -2e4});
    const auto loss = cross_entropy(x, {2});
    CHECK(loss.item() == 2e4f);
    tape.backward(loss);
    check_near(x.grad(), {1, 0, -1});
    const auto close = tape.variable(tensor({1, 2}, {20, 0}));
    const auto small = cross_entropy(close, {0});
    CHECK(small.item() == doctest::Approx(2.0611536e-9).epsilon(1e-5));
    tape.backward(small);
    CHECK(close.grad()(0, 1) == doctest::Approx(2.0611536e-9).epsilon(1e-5));
}

TEST_CASE("delicate numbers: binary cross entropy of far logits") {
    Tape tape;
    const auto x = tape.variable(tensor({6}, {1e4, -1e4, 1e4, -1e4, 1e30, -1e30}));
    const auto target = tensor({6}, {1, 0, 0, 1, 1, 0});
    const auto loss = binary_cross_entropy_with_logits(x, tape.input(target));
    CHECK(loss.item() == doctest::Approx(2e4 / 6));
    tape.backward(loss);
    check_near(x.grad(), {0, 0, 1.0 / 6, -1.0 / 6, 0, 0});
}

TEST_CASE("delicate numbers: activations saturate without a nan, and so do their gradients") {
    using Activation = Variable<float> (*)(Variable<float>, Where);
    const std::pair<const char*, Activation> all[]{
        {"tanh", tanh<float>}, {"sigmoid", sigmoid<float>}, {"gelu", gelu<float>}, {"relu", relu<float>}};
    for (const auto& activation : all) {
        CAPTURE(activation.first);
        for (const float huge : {100.f, 1e4f, 1e20f, 3e38f}) {
            CAPTURE(huge);
            Tape tape;
            const auto x = tape.variable(tensor({2}, {huge, -huge}));
            const auto y = activation.second(x, Where::here());
            tape.backward(y, ones<float>({2}));
            CHECK((y.value()(0) == huge || y.value()(0) == 1));
            CHECK((y.value()(1) == 0 || y.value()(1) == -1 || std::abs(y.value()(1)) < 1e-30f));
            for (const float g : x.grad()) CHECK((is_zero_or_one(g) || std::abs(g) < 1e-30f));
        }
    }
}
