// A normalization's gradient, taken apart.
#include <doctest/doctest.h>

#include <cmath>

#include <tapedeck/tapedeck.hpp>

#include "../../support.hpp"

namespace td = tapedeck;

namespace {

using D = td::Variable<double>;

td::Tensor<double> draw(const td::Shape& shape, td::Random& rng) {
    auto t = td::Tensor<double>::from_shape(shape);
    for (double& v : t.storage()) v = 0.5 + rng.normal();
    return t;
}

/// A norm over x (2, 4, 3), and how its groups look.
struct Case {
    const char* name;
    D (*norm)(D x, D weight, D bias);
    std::size_t groups, features;
    bool has_mean;
};

const Case kCases[] = {
    {"LayerNorm",
     [](D x, D w, D b) {
         return td::layer_norm(x, {4, 3}, w, b);
     },
     2, 12, true},
    {"RMSNorm",
     [](D x, D w, D) {
         return td::rms_norm(x, {4, 3}, w);
     },
     2, 12, false},
    {"GroupNorm", [](D x, D w, D b) { return td::group_norm(x, 2, w, b); }, 4, 4, true},
    {"InstanceNorm", [](D x, D w, D b) { return td::instance_norm(x, nullptr, w, b); }, 8, 4, true},
    {"BatchNorm", [](D x, D w, D b) { return td::batch_norm(x, nullptr, w, b); }, 4, 4, true},
};

}  // namespace

TEST_CASE("the paths of every normalization add up to what it hands on, and each is its formula's term") {
    for (const Case& c : kCases) {
        CAPTURE(c.name);
        td::Random rng(td::test::test_seed(6));
        td::Tape<double> tape;
        const td::Shape features = c.features == 12 ? td::Shape{4, 3} : td::Shape{4};
        const D x = tape.variable(draw({2, 4, 3}, rng));
        const D w = tape.variable(draw(features, rng)), b = tape.variable(draw(features, rng));
        const D y = c.norm(x, w, b);
        const D loss = td::sum(y * tape.input(draw({2, 4, 3}, rng)));
        tape.backward(loss);
        const auto groups = td::grouping(y);
        REQUIRE(groups);
        CHECK(groups->rstd.size() == c.groups);
        CHECK(groups->has_mean == c.has_mean);
        const auto p = td::paths(y);
        const auto dx = td::deposits(y)[0].value;
        std::vector<double> mean(c.groups), within(c.groups), size(c.groups);
        for (std::size_t i = 0; i < x.value().size(); ++i) {
            const auto k = groups->group[i];
            CHECK(p.direct.storage()[i] + p.mean.storage()[i] + p.variance.storage()[i] ==
                  doctest::Approx(dx.storage()[i]).epsilon(1e-9));
            CHECK(p.direct.storage()[i] ==
                  doctest::Approx(y.grad().storage()[i] * w.value().storage()[groups->feature[i]] *
                                  groups->rstd[k]));
            // y is what the groups say it is.
            const double bias = c.has_mean ? b.value().storage()[groups->feature[i]] : 0;
            CHECK(y.value().storage()[i] ==
                  doctest::Approx((x.value().storage()[i] - groups->mean[k]) * groups->rstd[k] *
                                      w.value().storage()[groups->feature[i]] +
                                  bias));
            mean[k] += p.mean.storage()[i];
            within[k] += p.direct.storage()[i];
            ++size[k];
        }
        for (std::size_t k = 0; k < c.groups; ++k) {
            CHECK(size[k] == 24.0 / static_cast<double>(c.groups));
            if (c.has_mean) CHECK(mean[k] == doctest::Approx(-within[k]));
            if (!c.has_mean) CHECK(mean[k] == 0);
        }
    }
}

TEST_CASE("with running statistics only the direct path is there") {
    td::Random rng(1);
    td::Tape<double> tape;
    const D x = tape.variable(draw({5, 4}, rng));
    td::RunningStatistics<double> running(4);
    const D y = td::batch_norm(x, &running, {}, {}, {.training = false});
    tape.backward(td::sum(td::square(y)));
    const auto groups = td::grouping(y);
    CHECK_FALSE(groups->depends_on_x);
    CHECK_FALSE(groups->has_weight);
    const auto p = td::paths(y);
    for (std::size_t i = 0; i < 20; ++i) {
        CHECK(p.mean.storage()[i] == 0);
        CHECK(p.variance.storage()[i] == 0);
        CHECK(p.direct.storage()[i] == doctest::Approx(x.grad().storage()[i]));
    }
}

TEST_CASE("what is no normalization has no paths") {
    td::Tape<double> tape;
    const D y = td::tanh(tape.variable(td::Tensor<double>{1, 2}));
    CHECK_FALSE(td::grouping(y));
    CHECK(td::test::says(td::test::error_text<td::ValueError>([&] { td::paths(y); }),
                         {"paths (", "Tanh", "no normalization"}));
    const D norm = td::layer_norm(y, {2});
    CHECK_THROWS_AS(td::paths(norm), td::StaleVariableError);
}

TEST_CASE("how the paths meet: a gradient that is the same everywhere is all cancelled by the mean's") {
    td::Random rng(4);
    td::Tape<double> tape;
    const D x = tape.variable(draw({3, 8}, rng));
    const D y = td::layer_norm(x, {8});
    tape.backward(y, td::ones<double>({3, 8}));
    const td::PathSizes same = td::path_sizes(td::paths(y));
    CHECK(same.mean_cancels == doctest::Approx(1));
    CHECK(same.variance_cancels == doctest::Approx(0));
    CHECK(same.mean == doctest::Approx(same.direct));
    CHECK(same.gradient < 1e-12 * same.direct);
    // Along xhat itself it is the variance's path that takes all of it, but for eps.
    tape.backward(y, td::Tensor<double>(y.value()));
    const td::PathSizes along = td::path_sizes(td::paths(y));
    CHECK(along.variance_cancels == doctest::Approx(1).epsilon(1e-4));
    CHECK(along.mean_cancels == doctest::Approx(0));
    CHECK(along.text().find("variance") != std::string::npos);
    // Whatever the direction: what is left is what the other two don't cancel.
    tape.backward(y, draw({3, 8}, rng));
    const td::PathSizes any = td::path_sizes(td::paths(y));
    CHECK(any.gradient * any.gradient ==
          doctest::Approx(any.direct * any.direct * (1 - any.mean_cancels - any.variance_cancels))
              .epsilon(1e-4));
}
