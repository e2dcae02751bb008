// SGD against a plain loop in double, written from the formulas.
#include <tapedeck/core/error.hpp>
#include <tapedeck/optim/sgd.hpp>

#include <cmath>

#include "reference.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

/// Sutskever 2013, and torch.optim.SGD's documentation: three steps over one parameter.
std::vector<double> reference(std::vector<double> p, const SGDOptions& o) {
    std::vector<double> v(p.size());
    for (int t = 0; t < kSteps; ++t) {
        for (std::size_t i = 0; i < p.size(); ++i) {
            const double g = gradient(t, i) + o.weight_decay * p[i];
            v[i] = t == 0 ? g : o.momentum * v[i] + (1 - o.dampening) * g;
            const double step = o.momentum == 0 ? g : o.nesterov ? g + o.momentum * v[i] : v[i];
            p[i] -= o.lr * step;
        }
    }
    return p;
}

}  // namespace

TEST_CASE_TEMPLATE("sgd: three steps against the formulas", T, float, double) {
    const SGDOptions all[] = {
        {.lr = 0.1},
        {.lr = 0.1, .weight_decay = 0.3},
        {.lr = 0.1, .momentum = 0.9},
        {.lr = 0.1, .momentum = 0.9, .dampening = 0.4},
        {.lr = 0.1, .momentum = 0.9, .nesterov = true},
        {.lr = 0.1, .momentum = 0.9, .dampening = 0.4, .weight_decay = 0.3},
        {.lr = 0.1, .momentum = 0.9, .nesterov = true, .weight_decay = 0.3},
    };
    for (const SGDOptions& options : all) {
        CAPTURE(options.momentum);
        CAPTURE(options.dampening);
        CAPTURE(options.nesterov);
        CAPTURE(options.weight_decay);
        check_steps<SGD<T>, T>(options, [&](const std::vector<double>& p) { return reference(p, options); });
    }
}

TEST_CASE("sgd: a new rate holds from the next step on") {
    Parameter<float> p(full<float>({3}, 1));
    p.grad.fill(1);
    SGD<float> sgd({&p}, {.lr = 0.5});
    sgd.step();
    CHECK(list(p.value) == std::vector<float>(3, 0.5F));
    sgd.lr(0.25);
    CHECK(sgd.lr() == 0.25);
    sgd.step();
    CHECK(list(p.value) == std::vector<float>(3, 0.25F));
    sgd.zero_grad();
    sgd.step();
    CHECK(list(p.value) == std::vector<float>(3, 0.25F));
    CHECK(list(p.grad) == std::vector<float>(3, 0));
}

TEST_CASE("sgd: a step is a change of the parameter, gradients stay") {
    Parameter<float> p(full<float>({3}, 1));
    p.grad.fill(1);
    SGD<float> sgd({&p}, {.lr = 0.5});
    const auto before = p.version();
    sgd.step();
    CHECK(p.version() != before);
    CHECK(list(p.grad) == std::vector<float>(3, 1));
}

TEST_CASE("sgd: options that can't be") {
    Parameter<float> p(ones<float>({2}), "p");
    const auto text = [&](std::vector<Parameter<float>*> parameters, SGDOptions o) {
        return error_text<ValueError>([&] { SGD<float>(parameters, o); });
    };
    CHECK(says(text({}, {}), {"no parameters", "net.parameters()"}));
    CHECK(says(text({&p, &p}, {}), {"parameter p twice"}));
    CHECK(says(text({&p}, {.lr = -1}), {"learning rate is -1"}));
    CHECK(says(text({&p}, {.lr = std::nan("")}), {"learning rate is nan"}));
    CHECK(says(text({&p}, {.momentum = -0.1}), {"momentum"}));
    CHECK(says(text({&p}, {.weight_decay = -0.1}), {"weight_decay"}));
    CHECK(says(text({&p}, {.nesterov = true}), {"Nesterov", "momentum above 0"}));
    CHECK(says(text({&p}, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}), {"no dampening"}));
    SGD<float> sgd({&p});
    CHECK_THROWS_AS(sgd.lr(-0.1), ValueError);
    CHECK(sgd.lr() == 1e-3);
}

TEST_CASE("sgd: a parameter that was given another shape is an error, and nothing is changed") {
    Parameter<float> p(ones<float>({2}), "p"), q(ones<float>({2}), "q");
    p.grad.fill(1);
    SGD<float> sgd({&p, &q}, {.lr = 0.5, .momentum = 0.9});
    q.value = ones<float>({200});
    CHECK(says(error_text<ShapeError>([&] { sgd.step(); }), {"parameter q is (200)", "(2) was expected"}));
    CHECK(list(p.value) == std::vector<float>(2, 1));
    q.grad = ones<float>({200});
    CHECK_THROWS_AS(sgd.step(), ShapeError);  // its velocity is still of the old shape
    CHECK(list(p.value) == std::vector<float>(2, 1));
}
