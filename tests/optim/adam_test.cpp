// Adam against a plain loop in double, written from the paper's algorithm.
#include <tapedeck/core/error.hpp>
#include <tapedeck/optim/adam.hpp>

#include <cmath>
#include <limits>

#include "reference.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

/// Kingma, Ba 2015, algorithm 1; weight decay as an L2 penalty, as torch.optim.Adam.
std::vector<double> reference(std::vector<double> p, const AdamOptions& o) {
    std::vector<double> m(p.size()), v(p.size());
    for (int t = 0; t < kSteps; ++t) {
        for (std::size_t i = 0; i < p.size(); ++i) {
            const double g = gradient(t, i) + o.weight_decay * p[i];
            m[i] = o.beta1 * m[i] + (1 - o.beta1) * g;
            v[i] = o.beta2 * v[i] + (1 - o.beta2) * g * g;
            const double unbiased_m = m[i] / (1 - std::pow(o.beta1, t + 1));
            const double unbiased_v = v[i] / (1 - std::pow(o.beta2, t + 1));
            p[i] -= o.lr * unbiased_m / (std::sqrt(unbiased_v) + o.eps);
        }
    }
    return p;
}

}  // namespace

TEST_CASE_TEMPLATE("adam: three steps against the algorithm", T, float, double) {
    const AdamOptions all[] = {
        {},
        {.lr = 0.1},
        {.lr = 0.1, .beta1 = 0.5, .beta2 = 0.9},
        {.lr = 0.1, .beta1 = 0, .beta2 = 0},
        {.lr = 0.1, .eps = 0.5},  // large, so that where it stands can be seen
        {.lr = 0.1, .weight_decay = 0.3},
    };
    for (const AdamOptions& options : all) {
        CAPTURE(options.beta1);
        CAPTURE(options.eps);
        CAPTURE(options.weight_decay);
        check_steps<Adam<T>, T>(options, [&](const std::vector<double>& p) { return reference(p, options); });
    }
}

TEST_CASE("adam: the first step is lr in size, whatever the gradient's") {
    for (const float g : {1e-3F, 1.0F, -1e6F}) {
        Parameter<float> p(zeros<float>({5}));
        p.grad.fill(g);
        Adam<float> adam({&p}, {.lr = 0.01});
        adam.step();
        for (const float value : p.value) CHECK(value == doctest::Approx(g > 0 ? -0.01 : 0.01).epsilon(1e-4));
    }
}

TEST_CASE("adam: a gradient of zeros leaves the parameter where it is") {
    Parameter<float> p(ones<float>({19}));
    Adam<float> adam({&p});
    adam.step();
    CHECK(list(p.value) == std::vector<float>(19, 1));
    const auto version = p.version();
    adam.step();
    CHECK(p.version() != version);
}

TEST_CASE("adam: options that can't be") {
    Parameter<float> p(ones<float>({2}), "p");
    const auto text = [&](AdamOptions o) { return error_text<ValueError>([&] { Adam<float>({&p}, o); }); };
    CHECK(says(text({.lr = -1}), {"learning rate is -1"}));
    CHECK(says(text({.beta1 = 1}), {"Adam", "beta1 is 1"}));
    CHECK(says(text({.beta2 = -0.1}), {"Adam", "beta2 is -0.1"}));
    CHECK(says(text({.beta1 = std::nan("")}), {"beta1 is nan"}));
    CHECK(says(text({.eps = -1}), {"eps is -1"}));
    CHECK(says(text({.weight_decay = -1}), {"weight_decay is -1"}));
    CHECK_THROWS_AS(Adam<float>({}), ValueError);
    CHECK_THROWS_AS(Adam<float>({&p, &p}), ValueError);
}

TEST_CASE("adam: a parameter that was given another shape is an error, and nothing is changed") {
    Parameter<float> p(ones<float>({2}), "p"), q(ones<float>({2}), "q");
    p.grad.fill(1);
    Adam<float> adam({&p, &q});
    q.value = ones<float>({200});
    q.grad = ones<float>({200});
    CHECK(says(error_text<ShapeError>([&] { adam.step(); }), {"parameter q is (200)", "(2) was expected"}));
    CHECK(list(p.value) == std::vector<float>(2, 1));
}

TEST_CASE("adam: gradients of every magnitude, side by side") {
    // The quick roots and quotients of ordinary numbers, and the exact ones at both ends of float's range.
    std::vector<float> gradients{0};
    for (float g = 1e-18F; g < 1e18F; g *= 3.7F) gradients.push_back(gradients.size() % 2 == 0 ? g : -g);
    const std::size_t n = gradients.size();
    const AdamOptions options{.lr = 0.01, .eps = 1e-30};
    Parameter<float> p(zeros<float>({n}));
    Adam<float> adam({&p}, options);
    std::vector<double> m(n), v(n), expected(n);
    for (int t = 1; t <= 3; ++t) {
        for (std::size_t i = 0; i < n; ++i) {
            const float g = t == 2 ? gradients[i] / 2 : gradients[i];
            p.grad(i) = g;
            m[i] = options.beta1 * m[i] + (1 - options.beta1) * static_cast<double>(g);
            v[i] =
                options.beta2 * v[i] + (1 - options.beta2) * static_cast<double>(g) * static_cast<double>(g);
            const double root = std::sqrt(v[i] / (1 - std::pow(options.beta2, t)));
            expected[i] -= options.lr * m[i] / (1 - std::pow(options.beta1, t)) / (root + options.eps);
        }
        adam.step();
    }
    for (std::size_t i = 0; i < n; ++i) {
        CAPTURE(gradients[i]);
        // Below that its square is no normal float.
        const double near = std::abs(gradients[i]) < 1e-17F ? 0.1 : 2e-6;
        CHECK(static_cast<double>(p.value(i)) == doctest::Approx(expected[i]).epsilon(near));
    }
    p.grad.fill(std::numeric_limits<float>::infinity());
    const float before = p.value(1);
    p.grad(1) = 1e30F;  // whose square is infinite
    adam.step();
    CHECK(p.value(1) == before);
}

TEST_CASE_TEMPLATE("adam: equal parameters stay equal, wherever they stand", T, float, double) {
    Parameter<T> p(ones<T>({19}));
    Adam<T> adam({&p}, {.lr = 0.01});
    bool equal = true;
    for (int t = 1; t <= 200; ++t) {
        p.grad.fill(static_cast<T>(std::sin(0.37 * t)));
        adam.step();
        for (const T value : p.value) equal = equal && value == p.value(0);
    }
    CHECK(equal);
}
