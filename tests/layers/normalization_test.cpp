// BatchNorm and LayerNorm against numbers computed by hand, and on delicate data.
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/layers/normalization.hpp>

#include <cmath>
#include <limits>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// (4, 3); columns of mean 3, 2, 4 and biased variance 7.5, 8, 10.5 (unbiased 10, 32/3, 14).
template <class T = float>
Tensor<T> batch() {
    return tensor<T>({4, 3}, {1, 2, 3, 4, 6, 9, 7, -2, 0, 0, 2, 4});
}

bool all_finite(const Tensor<float>& x) {
    return std::all_of(x.begin(), x.end(), [](float v) { return std::isfinite(v); });
}

Tensor<float> normal(const Shape& shape, double mean, double deviation, std::uint64_t seed) {
    Random rng(seed);
    Tensor<float> x = Tensor<float>::from_shape(shape);
    for (float& v : x) v = static_cast<float>(rng.normal(mean, deviation));
    return x;
}

}  // namespace

// ---- BatchNorm. Expected values: (x - mean) / sqrt(biased variance + 1e-5) in Python's doubles.

TEST_CASE("batch_norm: (N, C) is normalized by the biased variance") {
    BatchNorm<double> norm(3);
    Tape<double> tape;
    const auto y = norm(tape.input(batch<double>()));
    check_near(y.value(),
               {-0.7302962564762128, 0.0, -0.3086065529687174,                 //
                0.3651481282381064, 1.4142126784904472, 1.543032764843587,     //
                1.4605925129524255, -1.4142126784904472, -1.2344262118748697,  //
                -1.0954443847143192, 0.0, 0.0},
               1e-12);
}

TEST_CASE("batch_norm: (N, C, L) takes its statistics over batch and length") {
    BatchNorm<double> norm(2);
    norm.weight->value = tensor<double>({2}, {2, 1});
    norm.bias->value = tensor<double>({2}, {0, 5});
    Tape<double> tape;
    const auto y = norm(tape.input(tensor<double>({3, 2, 2}, {1, 2, 3, 5, 4, 0, 6, 8, -1, 3, 2, 2})));
    check_near(
        y.value(),
        {2 * -0.29276951999438444, 2 * 0.29276951999438444, 5 - 0.603022072428723, 5 + 0.3015110362143617,
         2 * 1.4638475999719223, 2 * -0.8783085599831534, 5 + 0.753777590535904, 5 + 1.6583106991789887,
         2 * -1.4638475999719223, 2 * 0.8783085599831534, 5 - 1.0552886267502652, 5 - 1.0552886267502652},
        1e-12);
    check_near(norm.running->mean, {0.15, 0.1 * 13 / 3}, 1e-12);
    check_near(norm.running->var, {0.9 + 0.35, 0.9 + 0.1 * 88 / 15}, 1e-12);  // unbiased: 3.5 and 88/15
}

TEST_CASE("batch_norm: the running variance is unbiased, and momentum weighs the new value") {
    BatchNorm<double> norm(3, {.momentum = 0.25});
    CHECK(list(norm.running->mean) == std::vector<double>{0, 0, 0});
    CHECK(list(norm.running->var) == std::vector<double>{1, 1, 1});
    Tape<double> tape;
    norm(tape.input(batch<double>()));
    check_near(norm.running->mean, {0.75, 0.5, 1}, 1e-12);
    check_near(norm.running->var, {0.75 + 2.5, 0.75 + 8.0 / 3, 0.75 + 3.5}, 1e-12);
    norm(tape.input(zeros<double>({2, 3})));
    check_near(norm.running->mean, {0.5625, 0.375, 0.75}, 1e-12);
    check_near(norm.running->var, {0.75 * 3.25, 0.75 * (0.75 + 8.0 / 3), 0.75 * 4.25}, 1e-12);
    CHECK(norm.running->batches() == 2);
}

TEST_CASE("batch_norm: without a momentum the running statistics are the plain average") {
    BatchNorm<double> norm(1, {.momentum = std::nullopt});
    Tape<double> tape;
    for (const double mean : {1.0, 5.0, 9.0}) norm(tape.input(tensor<double>({2, 1}, {mean - 1, mean + 1})));
    check_near(norm.running->mean, {5}, 1e-12);
    check_near(norm.running->var, {2}, 1e-12);  // unbiased, the same in each
}

TEST_CASE("batch_norm: in eval mode the running statistics normalize, and stay") {
    BatchNorm<double> norm(3);
    norm.running->mean = tensor<double>({3}, {1, 2, 3});
    norm.running->var = tensor<double>({3}, {4, 9, 16});
    norm.weight->value = tensor<double>({3}, {1, 2, 1});
    norm.eval();
    Tape<double> tape;
    const auto x = tape.variable(tensor<double>({1, 3}, {3, 2, 11}));
    const auto y = norm(x);
    check_near(y.value(), {2 / std::sqrt(4 + 1e-5), 0, 8 / std::sqrt(16 + 1e-5)}, 1e-12);
    CHECK(list(norm.running->mean) == std::vector<double>{1, 2, 3});
    CHECK(norm.running->batches() == 0);
    tape.backward(y, ones<double>({1, 3}));
    // A fixed affine map: dx = weight / sqrt(running_var + eps).
    check_near(x.grad(), {1 / std::sqrt(4 + 1e-5), 2 / std::sqrt(9 + 1e-5), 1 / std::sqrt(16 + 1e-5)}, 1e-12);
}

TEST_CASE("batch_norm: eval of one row is that row in the eval of all, bit for bit") {
    BatchNorm<float> norm(37);
    Tape tape;
    norm(tape.input(normal({20, 37}, 3, 2, 1)));
    norm.eval();
    const Tensor<float> x = normal({100, 37}, 3, 2, 2);
    const Tensor<float> all = norm(tape.input(x)).value();
    const Tensor<float> row = xt::view(x, xt::range(17, 18), xt::all());
    const Tensor<float> expected = xt::view(all, xt::range(17, 18), xt::all());
    CHECK(list(norm(tape.input(row)).value()) == list(expected));
}

TEST_CASE("batch_norm: without running statistics the batch's own serve in eval mode too") {
    BatchNorm<double> norm(3, {.track_running_stats = false});
    CHECK_FALSE(norm.running);
    CHECK(norm.named_buffers().empty());
    Tape<double> tape;
    const auto x = tape.input(batch<double>());
    const auto trained = list(norm(x).value());
    norm.eval();
    CHECK(list(norm(x).value()) == trained);
    CHECK(trained[0] == doctest::Approx(-0.7302962564762128));
    CHECK_THROWS_AS(norm(tape.input(ones<double>({1, 3}))), ValueError);  // as in PyTorch
}

TEST_CASE("batch_norm: without affine it has no parameters") {
    BatchNorm<double> norm(3, {.affine = false});
    CHECK(norm.parameters().empty());
    Tape<double> tape;
    CHECK(norm(tape.input(batch<double>())).value()(0, 0) == doctest::Approx(-0.7302962564762128));
}

TEST_CASE("batch_norm: one value per channel in training is an error, worded as PyTorch's") {
    BatchNorm<float> norm(3);
    Tape tape;
    for (const Shape& shape : {Shape{1, 3}, Shape{1, 3, 1}}) {
        const std::string text = error_text<ValueError>([&] { norm(tape.input(ones<float>(shape))); });
        CHECK(says(text, {"batch_norm (normalization_test.cpp:",
                          "expected more than 1 value per channel when training, got input size " +
                              to_text(shape)}));
    }
    CHECK(norm.running->batches() == 0);
    CHECK_NOTHROW(norm(tape.input(ones<float>({1, 3, 2}))));
    norm.eval();
    CHECK_NOTHROW(norm(tape.input(ones<float>({1, 3}))));
}

TEST_CASE("batch_norm: a value that is not finite stays in its column, and out of the running statistics") {
    for (const float bad : {kInf, -kInf, kNan}) {
        BatchNorm<float> norm(3);
        Tensor<float> x = batch();
        x(1, 1) = bad;
        Tape tape;
        const auto v = tape.variable(x);
        const auto y = norm(v);
        for (std::size_t i = 0; i < 4; ++i) {
            CHECK(std::isnan(y.value()(i, 1)));
            CHECK(std::isfinite(y.value()(i, 0)));
            CHECK(std::isfinite(y.value()(i, 2)));
        }
        CHECK(y.value()(0, 0) == doctest::Approx(-0.7302962564762128));
        check_near(norm.running->mean, {0.3, 0, 0.4});
        check_near(norm.running->var, {1.9, 1, 2.3});
        tape.backward(y, batch());
        for (std::size_t i = 0; i < 4; ++i) {
            CHECK(std::isfinite(v.grad()(i, 0)));
            CHECK(std::isfinite(v.grad()(i, 2)));
        }
    }
}

TEST_CASE("batch_norm: a constant channel is beta, with eps 0 it is an error") {
    Tape tape;
    const auto x = tape.variable(tensor({3, 2}, {0.1, 1, 0.1, 2, 0.1, 3}));
    BatchNorm<float> norm(2);
    norm.bias->value.fill(7);
    const auto y = norm(x);
    for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(y.value()(i, 0) - 7) <= 1e-3F);
    tape.backward(y, normal({3, 2}, 0, 1, 1));
    CHECK(all_finite(x.grad()));
    BatchNorm<float> bare(2, {.eps = 0});
    const std::string text = error_text<NonFiniteError>([&] { bare(x); });
    CHECK(says(text, {"batch_norm (", "channel 0 of 2", "eps"}));
    CHECK(list(bare.running->mean) == std::vector<float>{0, 0});
}

TEST_CASE("batch_norm: an offset of a million costs no digits") {
    const Tensor<float> x = normal({512, 1}, 1e6, 1, 1);
    BatchNorm<float> norm(1);
    BatchNorm<double> reference(1);
    Tape tape;
    Tape<double> exact;
    const auto y = norm(tape.input(x)).value();
    const auto expected = reference(exact.input(Tensor<double>(xt::cast<double>(x)))).value();
    double worst = 0;
    for (std::size_t i = 0; i < 512; ++i) worst = std::max(worst, std::abs(y.flat(i) - expected.flat(i)));
    CHECK(worst <= 1e-5);
}

TEST_CASE("batch_norm: options and shapes that can't be") {
    CHECK_THROWS_AS(BatchNorm<float>(0), ValueError);
    CHECK_THROWS_AS(BatchNorm<float>(3, {.eps = -1e-5}), ValueError);
    CHECK(says(error_text<ValueError>([] { BatchNorm<float>(3, {.momentum = 1.5}); }),
               {"BatchNorm", "momentum is 1.5", "weighs the new batch"}));
    CHECK_THROWS_AS(BatchNorm<float>(3, {.momentum = -0.1}), ValueError);
    BatchNorm<float> norm(3);
    Tape tape;
    for (const Shape& shape : {Shape{3}, Shape{2, 4}, Shape{2, 3, 4, 5}, Shape{2, 4, 3}})
        CHECK_THROWS_AS(norm(tape.input(ones<float>(shape))), ShapeError);
}

// ---- LayerNorm

TEST_CASE("layer_norm: exactly the formula, with the biased variance and eps under the root") {
    LayerNorm<float> norm(5, {.eps = 5e-5});
    Tape tape;
    const auto y = norm(tape.input(tensor({5}, {0, 1, 2, 3, 4})));
    check_near(y.value(), {-1.4141958, -0.7070979, 0, 0.7070979, 1.4141958}, 2e-7);
    // [2, 3, 5, 1, 4] has variance 2: with the unbiased 2.5 the numbers would be 1.2649 and 0.6325.
    check_near(LayerNorm<float>(5)(tape.input(tensor({5}, {2, 3, 5, 1, 4}))).value(),
               {-0.7071050, 0, 1.4142100, -1.4142100, 0.7071050}, 2e-7);
}

TEST_CASE("layer_norm: over two trailing dimensions it is the whole matrix, not each row") {
    LayerNorm<double> norm({3, 4});
    CHECK(norm.weight->value.shape() == Shape{3, 4});
    Tape<double> tape;
    const auto x = tape.input(tensor<double>({1, 3, 4}, {0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121}));
    const auto y = norm(x);
    CHECK(y.shape() == Shape{1, 3, 4});
    check_near(y.value(),  // mean 42.1666…, variance 1553.1388…, in Python's doubles
               {-1.0699515749414275, -1.0445772292906426, -0.9684541923382881, -0.8415824640843639,
                -0.66396204452887, -0.4355929336718064, -0.15647513151317313, 0.1733913619470298,
                0.5540065467088024, 0.9853704227721448, 1.4674829901370567, 2.000344248803539},
               1e-12);
    const auto by_row = LayerNorm<double>(4)(x).value();
    CHECK(by_row(0, 1, 0) == doctest::Approx(-15.5 / std::sqrt(152.25 + 1e-5)).epsilon(1e-12));
}

TEST_CASE("layer_norm: any leading dimensions, and gamma and beta by element") {
    LayerNorm<float> norm(2);
    norm.weight->value = tensor({2}, {1, 10});
    norm.bias->value = tensor({2}, {0, 100});
    Tape tape;
    const auto y = norm(tape.input(tensor({2, 1, 2, 2}, {1, 3, 5, 1, -100, 100, 0, 2})));
    CHECK(y.shape() == Shape{2, 1, 2, 2});
    check_near(y.value(), {-1, 110, 1, 90, -1, 110, -1, 110}, 1e-4);
    CHECK(norm(tape.input(tensor({2}, {1, 3}))).shape() == Shape{2});
    CHECK(norm(tape.input(zeros<float>({0, 2}))).shape() == Shape{0, 2});
}

TEST_CASE("layer_norm: without affine, and without a bias") {
    LayerNorm<float> bare(3, {.elementwise_affine = false});
    CHECK(bare.parameters().empty());
    LayerNorm<float> scaled(3, {.bias = false});
    CHECK(scaled.parameters().size() == 1);
    scaled.weight->value.fill(2);
    Tape tape;
    const auto x = tape.input(tensor({2, 3}, {1, 2, 3, 0, 0, 9}));
    const auto once = bare(x).value();
    const auto twice = scaled(x).value();
    CHECK(once(0, 2) == doctest::Approx(1.224736));
    for (std::size_t i = 0; i < 6; ++i) CHECK(twice.flat(i) == 2 * once.flat(i));
}

TEST_CASE("layer_norm: a row alone, and in any batch, is the same to the bit, and so are train and eval") {
    for (const std::size_t features : {1U, 3U, 8U, 15U, 16U, 17U, 64U, 100U}) {
        CAPTURE(features);
        LayerNorm<float> norm(features);
        norm.weight->value = normal({features}, 1, 0.3, 8);
        norm.bias->value = normal({features}, 0, 1, 9);
        const Tensor<float> x = normal({33, features}, 5, 3, features);
        Tape tape;
        const Tensor<float> all = norm(tape.input(x)).value();
        for (const std::size_t i : {0U, 1U, 17U, 32U}) {
            const Tensor<float> row = xt::view(x, i, xt::all());
            const Tensor<float> expected = xt::view(all, i, xt::all());
            CHECK(list(norm(tape.input(row)).value()) == list(expected));
        }
        norm.eval();
        CHECK(list(norm(tape.input(x)).value()) == list(all));
    }
}

TEST_CASE("layer_norm: mean 1e6 and standard deviation 1 over 512 features") {
    // Against doubles on the same rounded input. PyTorch's error is 1.6e-2, the naive two-pass formula's
    // 5e-2; ours is measured as 3.4e-7, since x - center is exact.
    const Tensor<float> x = normal({16, 512}, 1e6, 1, 1);
    LayerNorm<float> norm(512);
    LayerNorm<double> reference(512);
    Tape tape;
    Tape<double> exact;
    const auto y = norm(tape.input(x)).value();
    const auto expected = reference(exact.input(Tensor<double>(xt::cast<double>(x)))).value();
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        worst = std::max(worst, std::abs(y.flat(i) - expected.flat(i)));
    CHECK(worst <= 2e-6);
    // And the doubles against the formula written out.
    const double mean = xt::mean(xt::cast<double>(xt::view(x, 0, xt::all())))();
    double variance = 0;
    for (std::size_t i = 0; i < 512; ++i) variance += (x(0, i) - mean) * (x(0, i) - mean) / 512;
    CHECK(expected(0, 3) == doctest::Approx((x(0, 3) - mean) / std::sqrt(variance + 1e-5)).epsilon(1e-6));
}

TEST_CASE("layer_norm: a constant row is beta, with eps 0 it is an error that names the row") {
    Tape tape;
    LayerNorm<float> norm(7), bare(7, {.eps = 0});
    norm.bias->value.fill(7);
    for (const double value : {0.0, 1.0, 0.1, -1e6, 3e-20, 1e20, 3e38}) {
        CAPTURE(value);
        Tensor<float> data = normal({3, 7}, 0, 1, 1);
        for (std::size_t j = 0; j < 7; ++j) data(1, j) = static_cast<float>(value);
        const auto x = tape.variable(data);
        const auto y = norm(x);
        for (std::size_t j = 0; j < 7; ++j) CHECK(std::abs(y.value()(1, j) - 7) <= 1e-3F);
        tape.backward(y, normal({3, 7}, 0, 1, 2));
        CHECK(all_finite(x.grad()));
        const std::string text = error_text<NonFiniteError>([&] { bare(x); });
        CHECK(says(text, {"layer_norm (normalization_test.cpp:", "row 1 of 3", "constant", "eps"}));
    }
}

TEST_CASE("layer_norm: one feature is beta, and gets no gradient") {
    LayerNorm<float> norm(1);
    norm.bias->value.fill(3);
    Tape tape;
    const auto x = tape.variable(tensor({2, 1}, {5, -1}));
    const auto y = norm(x);
    CHECK(list(y.value()) == std::vector<float>{3, 3});
    tape.backward(y, tensor({2, 1}, {1, 2}));
    check_near(x.grad(), {0, 0});
}

TEST_CASE("layer_norm: huge and tiny rows are normalized like any other") {
    const std::initializer_list<double> expected{-1.3416408, -0.4472136, 0.4472136, 1.3416408};
    for (const double scale : {1e19, 1e20, 1e30, 5e37}) {
        CAPTURE(scale);
        LayerNorm<float> norm(4);
        Tape tape;
        const auto x =
            tape.variable(tensor({2, 4}, {1 * scale, 2 * scale, 3 * scale, 4 * scale, 1, 2, 3, 4}));
        const auto y = norm(x);
        CHECK(all_finite(y.value()));
        const Tensor<float> row = xt::view(y.value(), 0, xt::all());
        check_near(row, expected, 1e-5);
        tape.backward(y, normal({2, 4}, 0, 1, 1));
        CHECK(all_finite(x.grad()));
    }
    LayerNorm<float> bare(4, {.eps = 0});
    Tape tape;
    const auto tiny = tape.variable(tensor({4}, {1e-20, 2e-20, 3e-20, 4e-20}));
    const auto y = bare(tiny);
    check_near(y.value(), expected, 1e-5);
    tape.backward(y, tensor({4}, {1, 0, 0, 0}));
    CHECK(all_finite(tiny.grad()));
}

TEST_CASE("layer_norm: a value that is not finite stays in its row") {
    for (const float bad : {kInf, -kInf, kNan}) {
        Tensor<float> data = normal({3, 4}, 0, 1, 1);
        const Tensor<float> good = data;
        data(1, 2) = bad;
        LayerNorm<float> norm(4);
        Tape tape;
        const auto x = tape.variable(data);
        const auto y = norm(x);
        const auto expected = norm(tape.input(good)).value();
        for (std::size_t j = 0; j < 4; ++j) {
            CHECK(y.value()(0, j) == expected(0, j));
            CHECK(std::isnan(y.value()(1, j)));
            CHECK(y.value()(2, j) == expected(2, j));
        }
        tape.backward(y, normal({3, 4}, 0, 1, 2));
        for (std::size_t j = 0; j < 4; ++j) {
            CHECK(std::isfinite(x.grad()(0, j)));
            CHECK(std::isfinite(x.grad()(2, j)));
        }
    }
}

TEST_CASE("layer_norm: options and shapes that can't be") {
    CHECK_THROWS_AS(LayerNorm<float>(0), ValueError);
    CHECK_THROWS_AS(LayerNorm<float>({3, 0}), ValueError);
    CHECK_THROWS_AS(LayerNorm<float>(Shape{}), ValueError);
    CHECK(says(error_text<ValueError>([] { LayerNorm<float>(3, {.eps = -1}); }), {"LayerNorm", "eps is -1"}));
    LayerNorm<float> norm({3, 4});
    Tape tape;
    for (const Shape& shape : {Shape{4}, Shape{4, 3}, Shape{3, 4, 1}, Shape{}})
        CHECK_THROWS_AS(norm(tape.input(ones<float>(shape))), ShapeError);
}

TEST_CASE("batch_norm: huge values are normalized") {
    for (const float scale : {1e19F, 1e20F, 1e30F}) {
        CAPTURE(scale);
        BatchNorm<float> norm(1);
        Tape tape;
        const auto x = tape.variable(tensor({4, 1}, {1.0 * scale, 2.0 * scale, 3.0 * scale, 4.0 * scale}));
        const auto y = norm(x);
        check_near(y.value(), {-1.3416408, -0.4472136, 0.4472136, 1.3416408}, 1e-5);
        tape.backward(y, tensor({4, 1}, {1, 0, 2, 0}));
        for (const float g : x.grad()) CHECK(std::isfinite(g));
        for (const float g : norm.weight->grad) CHECK(std::isfinite(g));
        CHECK(std::isfinite(norm.running->mean(0)));
    }
}
