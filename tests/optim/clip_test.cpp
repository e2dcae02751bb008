// clip_grad_norm: the norm, the factor, and when nothing is to be done.
#include <tapedeck/core/error.hpp>
#include <tapedeck/optim/optimizer.hpp>

#include <cmath>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("clip_grad_norm: scales all gradients by one factor") {
    Parameter<double> p(zeros<double>({2})), q(zeros<double>({1, 1}));
    p.grad = tensor<double>({2}, {2, -3});
    q.grad = tensor<double>({1, 1}, {6});
    const std::vector<Parameter<double>*> both{&p, &q};
    CHECK(clip_grad_norm(both, 0.5) == doctest::Approx(7).epsilon(1e-12));  // sqrt(4 + 9 + 36)
    const double factor = 0.5 / (7 + 1e-6);                                 // as in PyTorch
    check_near(p.grad, {2 * factor, -3 * factor}, 1e-15);
    check_near(q.grad, {6 * factor}, 1e-15);
    CHECK(clip_grad_norm(both, 100) == doctest::Approx(0.5).epsilon(1e-6));
}

TEST_CASE("clip_grad_norm: below the threshold nothing is touched") {
    Parameter<float> p(zeros<float>({2}));
    p.grad = tensor({2}, {3, 4});
    const std::vector<Parameter<float>*> all{&p};
    CHECK(clip_grad_norm(all, 5.1) == 5);
    CHECK(list(p.grad) == std::vector<float>{3, 4});
    p.zero_grad();
    CHECK(clip_grad_norm(all, 1) == 0);
    CHECK(list(p.grad) == std::vector<float>{0, 0});
}

TEST_CASE("clip_grad_norm: sizes that are no multiple of a SIMD width") {
    for (const std::size_t n : {1U, 7U, 16U, 31U, 65U}) {
        CAPTURE(n);
        Parameter<float> p(zeros<float>({n}));
        p.grad.fill(2);
        const std::vector<Parameter<float>*> all{&p};
        CHECK(clip_grad_norm(all, 1) == doctest::Approx(2 * std::sqrt(n)).epsilon(1e-6));
        for (const float g : p.grad) CHECK(g == doctest::Approx(1 / std::sqrt(n)).epsilon(1e-5));
    }
}

TEST_CASE("clip_grad_norm: of no parameters, and a threshold that can't be") {
    CHECK(clip_grad_norm(std::vector<Parameter<float>*>{}, 1) == 0);
    Parameter<float> p(zeros<float>({2}));
    p.grad = tensor({2}, {3, 4});
    const std::vector<Parameter<float>*> all{&p};
    for (const double bad : {-1.0, std::nan("")}) CHECK_THROWS_AS(clip_grad_norm(all, bad), ValueError);
    CHECK(list(p.grad) == std::vector<float>{3, 4});
}
