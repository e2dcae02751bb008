// The dial of conventions: each preset and each choice against its formula, and the fused norms against the
// dial.
#include <cmath>

#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

namespace td = tapedeck;

namespace {

using D = td::Variable<double>;

td::Tensor<double> drawn(const td::Shape& shape, std::uint64_t seed) {
    td::Random rng(td::test::test_seed(seed));
    auto t = td::Tensor<double>::from_shape(shape);
    for (double& v : t.storage()) v = rng.normal(0.4, 1.3);
    return t;
}

bool close(const td::Tensor<double>& a, const td::Tensor<double>& b) {
    if (a.shape() != b.shape()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a.storage()[i] - b.storage()[i]) <= 1e-12)) return false;
    return true;
}

const td::Conventions kAll[] = {
    td::conventions::pytorch,
    td::conventions::keras,
    {.eps = 0.3},
    {.eps = 0.3, .eps_place = td::EpsPlace::beside_root},
    {.eps = 0, .unbiased = true},
    {.eps = 0.3, .eps_place = td::EpsPlace::beside_root, .unbiased = true},
};

}  // namespace

TEST_CASE("conventions: the five numbers of a tutorial, by each place of eps") {
    td::Tape<double> tape;
    const auto x = tape.input(td::Tensor<double>{0, 1, 2, 3, 4});
    const auto first = [&](const td::Conventions& by) {
        return td::spelled_out::normalize(x, -1, by).value().storage()[0];
    };
    CHECK(first({.eps = 5e-5}) == doctest::Approx(-2 / std::sqrt(2 + 5e-5)).epsilon(1e-14));
    CHECK(first({.eps = 5e-5, .eps_place = td::EpsPlace::beside_root}) ==
          doctest::Approx(-2 / (std::sqrt(2.) + 5e-5)).epsilon(1e-14));
    CHECK(first({.eps = 0}) == doctest::Approx(-std::sqrt(2.)).epsilon(1e-14));
    CHECK(first({.eps = 0, .unbiased = true}) == doctest::Approx(-2 / std::sqrt(2.5)).epsilon(1e-14));
}

TEST_CASE("conventions: every choice has the gradient that it says") {
    for (const td::Conventions& by : kAll) {
        CAPTURE(by.eps);
        CAPTURE(by.unbiased);
        for (const td::Axes& axes : {td::Axes{0}, td::Axes{-1}, td::Axes{0, 2}}) {
            const auto report = td::gradcheck<double>(
                [&](td::Tape<double>&, const std::vector<D>& in) {
                    return td::spelled_out::normalize(in[0], axes, by);
                },
                {drawn({4, 3, 5}, 7)});
            CHECK_MESSAGE(report.ok(), report.text());
        }
    }
}

TEST_CASE("conventions: over these axes it is BatchNorm, LayerNorm or InstanceNorm") {
    td::Tape<double> tape;
    const auto x = tape.input(drawn({4, 3, 5}, 8));
    const auto over = [&](const td::Axes& axes) { return td::spelled_out::normalize(x, axes).value(); };
    CHECK(close(over({0, 2}), td::batch_norm<double>(x, nullptr).value()));
    CHECK(close(over(td::axes_but(x.shape(), 1)), td::batch_norm<double>(x, nullptr).value()));
    CHECK(close(over({-1, -2}), td::layer_norm(x, {3, 5}).value()));
    CHECK(close(over(2), td::instance_norm<double>(x).value()));
}

TEST_CASE("conventions: Keras's axis is the one that keeps its statistics, from either end") {
    const auto text = [](int kept) {
        const td::Axes axes = td::axes_but({4, 3, 5}, kept);
        std::string all;
        for (std::size_t k = 0; k < axes.count; ++k) all += (k > 0 ? " " : "") + std::to_string(axes.axis[k]);
        return all;
    };
    CHECK(text(1) == "0 2");
    CHECK(text(-1) == "0 1");
    CHECK(text(0) == "1 2");
    CHECK(td::test::error_text<td::ShapeError>([] {
              td::axes_but({4, 3}, 2);
          }) == "axes_but: there is no axis 2 in (4, 3); give -2 … 1.");
    CHECK(td::test::error_text<td::ShapeError>([] { td::axes_but({4}, 0); }) ==
          "axes_but: the shape is (4): it must have 2 … 8 axes, one to keep and the rest to normalize over.");
}

TEST_CASE("conventions: a BatchNorm by a preset remembers as that library does") {
    const auto x = drawn({6, 2}, 9);
    double mean = 0, biased = 0;
    for (std::size_t i = 0; i < 6; ++i) mean += x(i, 0) / 6;
    for (std::size_t i = 0; i < 6; ++i) biased += (x(i, 0) - mean) * (x(i, 0) - mean) / 6;
    const auto after = [&](const td::Conventions& by, int batches) {
        td::BatchNorm<double> norm(2, td::BatchNormOptions::by(by));
        td::Tape<double> tape;
        for (int i = 0; i < batches; ++i) norm(tape.input(x));
        return std::pair(norm.running->mean(0), norm.running->var(0));
    };
    const auto near = [](double v) { return doctest::Approx(v).epsilon(1e-12); };
    CHECK(after(td::conventions::pytorch, 1).first == near(0.1 * mean));
    CHECK(after(td::conventions::pytorch, 1).second == near(0.9 + 0.1 * biased * 6 / 5));
    CHECK(after(td::conventions::keras, 1).first == near(0.01 * mean));
    CHECK(after(td::conventions::keras, 1).second == near(0.99 + 0.01 * biased));
    CHECK(after(td::conventions::onnx, 1).second == near(0.9 + 0.1 * biased));
    CHECK(after(td::conventions::paper, 3).first == near(mean));
    CHECK(after(td::conventions::paper, 3).second == near(biased * 6 / 5));
}

TEST_CASE("conventions: what the fused BatchNorm doesn't do, it refuses") {
    const std::string refusal =
        "BatchNormOptions: BatchNorm normalizes with the biased variance and eps inside the root; "
        "spelled_out::normalize takes other conventions.";
    CHECK(td::test::error_text<td::ValueError>([] { td::BatchNormOptions::by({.unbiased = true}); }) ==
          refusal);
    CHECK(td::test::error_text<td::ValueError>(
              [] { td::BatchNormOptions::by({.eps_place = td::EpsPlace::beside_root}); }) == refusal);
}

TEST_CASE("conventions: an unbiased variance of one value is an error, and nothing is recorded") {
    td::Tape<double> tape;
    const auto x = tape.input(drawn({3, 1}, 10));
    const std::string text =
        td::test::error_text<td::ValueError>([&] { td::spelled_out::normalize(x, -1, {.unbiased = true}); });
    CHECK(text.find("x is (3, 1): an unbiased variance over n - 1 needs more than one value.") !=
          std::string::npos);
    CHECK(tape.size() == 1);
}
