// Optimizers and clipping where squares vanish, overflow, or cancel.
#include <cmath>
#include <limits>
#include <memory>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

template <class T>
Parameter<T> parameter(std::initializer_list<double> value, std::initializer_list<double> grad) {
    Parameter<T> p(tensor<T>({value.size()}, value), "p");
    p.grad = tensor<T>({grad.size()}, grad);
    return p;
}

template <class T>
std::vector<std::unique_ptr<Optimizer<T>>> all_of(const std::vector<Parameter<T>*>& p) {
    std::vector<std::unique_ptr<Optimizer<T>>> all;
    all.push_back(std::make_unique<SGD<T>>(p, SGDOptions{.lr = 0.1, .momentum = 0.9}));
    all.push_back(std::make_unique<Adam<T>>(p));
    all.push_back(std::make_unique<AdamW<T>>(p, AdamWOptions{.weight_decay = 0}));
    all.push_back(std::make_unique<RMSProp<T>>(p));
    all.push_back(std::make_unique<RMSProp<T>>(p, RMSPropOptions{.momentum = 0.9, .centered = true}));
    return all;
}

}  // namespace

TEST_CASE_TEMPLATE("delicate numbers: a gradient of zero moves nothing", T, float, double) {
    Parameter<T> p = parameter<T>({1, -2, 3e30}, {0, 0, 0});
    for (auto& optimizer : all_of<T>({&p})) {
        for (int k = 0; k < 3; ++k) optimizer->step();
        CHECK(list(p.value) == std::vector<T>{1, -2, static_cast<T>(3e30)});
    }
}

// Kingma, Ba 2015, section 2.1: the step does not depend on the gradient's scale, but for eps.
TEST_CASE_TEMPLATE("delicate numbers: Adam's first step is its rate, whatever the gradient's scale", T, float,
                   double) {
    for (const double scale : {1e-4, 1.0, 1e4, 1e15}) {
        CAPTURE(scale);
        Parameter<T> p = parameter<T>({0, 0}, {scale, -3 * scale});
        Adam<T>({&p}, {.lr = 0.01}).step();
        check_near(p.value, {-0.01 * scale / (scale + 1e-8), 0.01 * scale / (scale + 1e-8 / 3)}, 1e-8);
    }
}

TEST_CASE("delicate numbers: Adam's bias corrections hold over 100,000 steps") {
    Parameter<double> p = parameter<double>({0}, {0.3});
    Adam<double> adam({&p}, {.lr = 1e-3, .eps = 0});
    for (int k = 0; k < 100000; ++k) adam.step();
    CHECK(p.value(0) == doctest::Approx(-100).epsilon(1e-9));
}

TEST_CASE("delicate numbers: AdamW decays what has no gradient, and Adam's decay goes through the moments") {
    Parameter<double> p = parameter<double>({2}, {0}), q = p;
    AdamW<double>({&p}, {.lr = 0.1, .weight_decay = 0.5}).step();
    CHECK(p.value(0) == doctest::Approx(2 * (1 - 0.1 * 0.5)));
    Adam<double>({&q}, {.lr = 0.1, .weight_decay = 0.5}).step();
    CHECK(q.value(0) == doctest::Approx(2 - 0.1));
}

// v - m^2 is zero in truth, and below it by rounding: PyTorch's root is nan then.
TEST_CASE_TEMPLATE("delicate numbers: centered RMSProp bears a gradient that never changes", T, float,
                   double) {
    Parameter<T> p = parameter<T>({0, 0, 0, 0}, {0.1, 0.3, 0.7, 1e-3});
    RMSProp<T> rmsprop({&p}, {.lr = 1e-6, .alpha = 0.5, .eps = 1, .centered = true});
    for (int k = 0; k < 300; ++k) {
        rmsprop.step();
        for (const T v : p.value) REQUIRE(std::isfinite(v));
    }
}

TEST_CASE_TEMPLATE("delicate numbers: clipping gradients whose squares leave the range", T, float, double) {
    const double huge = std::is_same_v<T, float> ? 1e30 : 1e200;
    Parameter<T> p = parameter<T>({0, 0}, {3 * huge, 0}), q = parameter<T>({0}, {-4 * huge});
    CHECK(clip_grad_norm<T>({&p, &q}, 10) == doctest::Approx(5 * huge));
    check_near(p.grad, {6, 0}, 1e-4);
    check_near(q.grad, {-8}, 1e-4);
    p = parameter<T>({0, 0}, {3 / huge, 0});
    q = parameter<T>({0}, {-4 / huge});
    CHECK(clip_grad_norm<T>({&p, &q}, 10) == doctest::Approx(5 / huge).epsilon(1e-5).scale(1 / huge));
    CHECK(p.grad(0) == static_cast<T>(3 / huge));
}

TEST_CASE("delicate numbers: centered RMSProp does not hide a gradient that was nan") {
    Parameter<float> p = parameter<float>({0}, {std::numeric_limits<double>::quiet_NaN()});
    RMSProp<float> rmsprop({&p}, {.centered = true});
    rmsprop.step();
    p.value(0) = 0;
    p.grad(0) = 1;
    rmsprop.step();
    CHECK(std::isnan(p.value(0)));
}
