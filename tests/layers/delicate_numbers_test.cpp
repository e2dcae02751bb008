// Every normalization on numbers that break careless ones, in float: constant sets, one value, large offsets,
// numbers whose squares overflow or vanish, infinities. "Set" is what one mean and one variance are taken
// over.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kSets = 4;

struct Norm {
    std::string name;
    bool takes_mean_off;
    /// Four sets of d numbers.
    std::function<Shape(std::size_t d)> shape;
    /// Where number k of set s stands.
    std::function<std::size_t(std::size_t s, std::size_t k, std::size_t d)> at;
    /// Without gamma and beta.
    std::function<Variable<float>(Variable<float> x, std::size_t d, double eps)> apply;
};

std::size_t behind_one_another(std::size_t s, std::size_t k, std::size_t d) { return s * d + k; }

const std::vector<Norm>& norms() {
    static const std::vector<Norm> all{
        {"LayerNorm", true,
         [](std::size_t d) {
             return Shape{kSets, d};
         },
         behind_one_another,
         [](auto x, std::size_t d, double eps) { return layer_norm(x, {d}, {}, {}, eps); }},
        {"RMSNorm", false,
         [](std::size_t d) {
             return Shape{kSets, d};
         },
         behind_one_another, [](auto x, std::size_t d, double eps) { return rms_norm(x, {d}, {}, eps); }},
        {"GroupNorm, 2 channels a group", true,
         [](std::size_t d) {
             return Shape{2, 4, d / 2};
         },
         behind_one_another, [](auto x, std::size_t, double eps) { return group_norm(x, 2, {}, {}, eps); }},
        {"GroupNorm, (N, C)", true,
         [](std::size_t d) {
             return Shape{2, 2 * d};
         },
         behind_one_another, [](auto x, std::size_t, double eps) { return group_norm(x, 2, {}, {}, eps); }},
        {"InstanceNorm", true,
         [](std::size_t d) {
             return Shape{2, 2, d};
         },
         behind_one_another,
         [](auto x, std::size_t, double eps) { return instance_norm(x, nullptr, {}, {}, {.eps = eps}); }},
        {"BatchNorm, (N, C)", true,
         [](std::size_t d) {
             return Shape{d, kSets};
         },
         [](std::size_t s, std::size_t k, std::size_t) { return k * kSets + s; },
         [](auto x, std::size_t, double eps) { return batch_norm(x, nullptr, {}, {}, {.eps = eps}); }},
        {"BatchNorm, (N, C, L)", true,
         [](std::size_t d) {
             return Shape{d / 2, kSets, 2};
         },
         [](std::size_t s, std::size_t k, std::size_t) { return (k / 2 * kSets + s) * 2 + k % 2; },
         [](auto x, std::size_t, double eps) { return batch_norm(x, nullptr, {}, {}, {.eps = eps}); }},
        // Its direction is a vector over its root mean square, but for the root of its size.
        {"WeightNorm", false,
         [](std::size_t d) {
             return Shape{kSets, d};
         },
         behind_one_another,
         [](auto v, std::size_t d, double) {
             const Tensor<float> g = full<float>({kSets, 1}, std::sqrt(static_cast<float>(d)));
             return weight_norm(v, v.tape().input(g));
         }},
    };
    return all;
}

struct Result {
    std::vector<double> y, dx;
};

/// One set's y and dx in long double, from the formulas.
Result reference(const std::vector<float>& x, const std::vector<float>& dy, bool takes_mean_off, double eps) {
    using R = long double;
    const R n = static_cast<R>(x.size());
    R mean = 0, variance = 0;
    for (const float v : x) mean += takes_mean_off ? static_cast<R>(v) / n : 0;
    for (const float v : x) variance += (v - mean) * (v - mean) / n;
    const R rstd = 1 / std::sqrt(variance + static_cast<R>(eps));
    R mean_g = 0, mean_g_xhat = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
        mean_g += takes_mean_off ? dy[k] / n : 0;
        mean_g_xhat += dy[k] * (x[k] - mean) * rstd / n;
    }
    Result result;
    for (std::size_t k = 0; k < x.size(); ++k) {
        const R xhat = (x[k] - mean) * rstd;
        result.y.push_back(static_cast<double>(xhat));
        result.dx.push_back(static_cast<double>(rstd * (dy[k] - mean_g - xhat * mean_g_xhat)));
    }
    return result;
}

/// The norm's y and dx of four sets, by set.
std::vector<Result> run(const Norm& norm, const std::vector<std::vector<float>>& sets,
                        const std::vector<std::vector<float>>& dy, double eps) {
    const std::size_t d = sets[0].size();
    Tensor<float> x = Tensor<float>::from_shape(norm.shape(d)), cotangent = x;
    for (std::size_t s = 0; s < kSets; ++s) {
        for (std::size_t k = 0; k < d; ++k) {
            x.storage()[norm.at(s, k, d)] = sets[s][k];
            cotangent.storage()[norm.at(s, k, d)] = dy[s][k];
        }
    }
    Tape tape;
    const auto v = tape.variable(x);
    const auto y = norm.apply(v, d, eps);
    tape.backward(y, cotangent);
    std::vector<Result> results(kSets);
    for (std::size_t s = 0; s < kSets; ++s) {
        for (std::size_t k = 0; k < d; ++k) {
            results[s].y.push_back(y.value().storage()[norm.at(s, k, d)]);
            results[s].dx.push_back(v.grad().storage()[norm.at(s, k, d)]);
        }
    }
    return results;
}

std::vector<std::vector<float>> draw(std::size_t d, double mean, double deviation, std::uint64_t seed) {
    Random rng(seed);
    std::vector<std::vector<float>> sets(kSets, std::vector<float>(d));
    for (auto& set : sets)
        for (float& v : set) v = static_cast<float>(rng.normal(mean, deviation));
    return sets;
}

bool all_finite(const std::vector<double>& x) {
    return std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); });
}

double largest(const std::vector<double>& x) {
    double result = 0;
    for (const double v : x) result = std::max(result, std::abs(v));
    return result;
}

/// The largest difference; a nan is infinitely far.
double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double result = 0;
    for (std::size_t k = 0; k < a.size(); ++k)
        result = std::isnan(a[k]) ? kInf : std::max(result, std::abs(a[k] - b[k]));
    return result;
}

/// y and dx of every set against the reference, relative to the largest of its numbers.
void check_against_reference(const Norm& norm, const std::vector<std::vector<float>>& sets, double eps,
                             double y_tolerance, double dx_tolerance, double upstream = 1) {
    const auto dy = draw(sets[0].size(), 0, upstream, test_seed(5));
    const auto results = run(norm, sets, dy, norm.name == "WeightNorm" ? 0 : eps);
    for (std::size_t s = 0; s < kSets; ++s) {
        CAPTURE(norm.name);
        CAPTURE(s);
        const Result expected =
            reference(sets[s], dy[s], norm.takes_mean_off, norm.name == "WeightNorm" ? 0 : eps);
        CHECK(distance(results[s].y, expected.y) <= y_tolerance * std::max(1.0, largest(expected.y)));
        CHECK(distance(results[s].dx, expected.dx) <= dx_tolerance * largest(expected.dx));
    }
}

}  // namespace

TEST_CASE("delicate numbers: ordinary ones, over sets of many sizes") {
    for (const Norm& norm : norms()) {
        for (const std::size_t d : {2u, 6u, 16u, 30u, 34u, 512u}) {
            const auto sets = draw(d, 0.3, 2, test_seed(d));
            CAPTURE(d);
            // Of two numbers the gradient is nearly nothing, and what is left of it mostly rounding.
            if (d == 2) {
                check_against_reference(norm, sets, 0.5, 1e-5, 1e-4);
            } else {
                check_against_reference(norm, sets, 1e-5, 1e-5, 1e-4);
            }
        }
    }
}

TEST_CASE("delicate numbers: a constant set is beta, with a finite gradient") {
    for (const Norm& norm : norms()) {
        if (!norm.takes_mean_off) continue;  // to RMSNorm and WeightNorm a constant is nothing special
        for (const float value : {0.f, 0.1f, -3.3f, 16777.217f, 1e6f + 0.3f, 1e20f}) {
            for (const std::size_t d : {6u, 50u, 1000u}) {
                CAPTURE(norm.name);
                CAPTURE(value);
                CAPTURE(d);
                const auto dy = draw(d, 0, 1, 2);
                for (const Result& set :
                     run(norm, std::vector(kSets, std::vector<float>(d, value)), dy, 1e-5)) {
                    CHECK(largest(set.y) <= 1e-3);
                    CHECK(all_finite(set.dx));
                }
            }
        }
    }
}

TEST_CASE("delicate numbers: a constant set with eps 0 is an error that names it") {
    const std::vector<std::pair<std::string, std::string>> places{
        {"LayerNorm", "row 2 of 4"},
        {"GroupNorm", "sample 1, channels 0 to"},
        {"InstanceNorm", "sample 1, channels 0 to 0"},
        {"BatchNorm", "channel 2 of 4"},
    };
    for (const Norm& norm : norms()) {
        CAPTURE(norm.name);
        auto sets = draw(6, 0, 1, 3);
        std::fill(sets[2].begin(), sets[2].end(), norm.takes_mean_off ? 0.7f : 0.f);
        const std::string text = error_text<NonFiniteError>([&] { run(norm, sets, sets, 0); });
        for (const auto& [name, place] : places) {
            if (norm.name.starts_with(name)) CHECK(says(text, {place, "eps is 0", "positive eps"}));
        }
        if (norm.name == "RMSNorm") CHECK(says(text, {"row 2 of 4 is all zeros", "eps is 0"}));
        if (norm.name == "WeightNorm") CHECK(says(text, {"row 2 of v is all zeros", "no direction"}));
    }
}

TEST_CASE("delicate numbers: one value in a set is beta and gets no gradient, or is refused as in PyTorch") {
    Tape tape;
    const auto x = tape.variable(tensor({2, 3, 1}, {5, -1, 2, 8, 1e6, -4}));
    const auto check_zero = [&](Variable<float> y) {
        tape.backward(y, tensor({2, 3, 1}, {1, 2, 3, 4, 5, 6}));
        CHECK(list(y.value()) == std::vector<float>(6, 0));
        for (const float g : x.grad()) CHECK(g == 0);
    };
    check_zero(layer_norm(x, {1}));
    check_zero(group_norm(x, 3));
    CHECK_THROWS_AS(instance_norm(x), ValueError);
    const auto one = tape.variable(ones<float>({1, 3}));
    CHECK_THROWS_AS(batch_norm(one, nullptr), ValueError);
    CHECK_THROWS_AS(group_norm(one, 3), ValueError);
    RunningStatistics<float> running(3);
    CHECK_NOTHROW(batch_norm(one, &running, {}, {}, {.training = false}));
    CHECK_NOTHROW(batch_norm(tape.variable(ones<float>({1, 3, 2})), &running));
    CHECK_NOTHROW(instance_norm(x, &running, {}, {}, {.training = false}));
}

TEST_CASE("delicate numbers: mean 1e6 and 1e7, standard deviation 1, 512 numbers") {
    for (const Norm& norm : norms()) {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            // The reference takes the same rounded input, so what is measured is our own error. The published
            // bound is 2e-2 at 1e6.
            check_against_reference(norm, draw(512, 1e6, 1, test_seed(seed)), 1e-5, 1e-4, 1e-2);
            check_against_reference(norm, draw(512, 1e7, 1, test_seed(seed)), 1e-5, 1e-4, 1e-2);
        }
    }
}

TEST_CASE("delicate numbers: the variance of numbers around 1e7 is not that of one pass") {
    const auto sets = draw(512, 1e7, 1, 4);
    float sum = 0, squares = 0;
    for (const float v : sets[0]) {
        sum += v;
        squares += v * v;
    }
    const float one_pass = squares / 512 - (sum / 512) * (sum / 512);
    CHECK(std::abs(one_pass) > 1e6);  // what is true is about 1
    Tape tape;
    const auto x = tape.input(tensor({3}, {1e7 - 1, 1e7, 1e7 + 1}));
    CHECK(var(x).item() == doctest::Approx(1));
    Tensor<float> row = Tensor<float>::from_shape({1, 512});
    std::copy(sets[0].begin(), sets[0].end(), row.begin());
    long double mean = 0, variance = 0;
    for (const float v : sets[0]) mean += static_cast<long double>(v) / 512;
    for (const float v : sets[0]) variance += (v - mean) * (v - mean) / 511;
    CHECK(var(tape.input(row)).item() == doctest::Approx(static_cast<double>(variance)).epsilon(1e-4));
}

// PyTorch gives nan, or zeros, here: its squares overflow.
TEST_CASE("delicate numbers: 1e20 to 1e30 are normalized like any others") {
    for (const Norm& norm : norms()) {
        for (const double scale : {1e18, 1e20, 1e25, 1e30}) {
            CAPTURE(scale);
            for (const std::size_t d : {6u, 40u}) {
                check_against_reference(norm, draw(d, 0, scale, test_seed(8)), 1e-5, 1e-5, 1e-3);
                check_against_reference(norm, draw(d, scale, scale, test_seed(9)), 0, 1e-5, 1e-3);
            }
        }
    }
}

// PyTorch's backward is nan here: its squares vanish.
TEST_CASE("delicate numbers: 1e-20 to 1e-30 with eps 0") {
    for (const Norm& norm : norms()) {
        for (const double scale : {1e-18, 1e-20, 1e-25, 1e-30}) {
            CAPTURE(scale);
            for (const std::size_t d : {6u, 40u})
                check_against_reference(norm, draw(d, scale, scale, test_seed(10)), 0, 1e-5, 1e-3);
        }
    }
}

TEST_CASE("delicate numbers: huge gradients of huge numbers, and tiny ones of tiny numbers") {
    for (const Norm& norm : norms()) {
        check_against_reference(norm, draw(20, 0, 1e30, test_seed(12)), 1e-5, 1e-5, 1e-3, 1e10);
        check_against_reference(norm, draw(20, 0, 1e-30, test_seed(13)), 0, 1e-5, 1e-3, 1e-12);
    }
}

TEST_CASE("delicate numbers: rows of a million numbers around 1000") {
    for (const Norm& norm : norms()) {
        if (norm.name == "LayerNorm" || norm.name == "RMSNorm" || norm.name == "InstanceNorm")
            check_against_reference(norm, draw(1 << 20, 1000, 1, test_seed(14)), 1e-5, 1e-4, 1e-3);
    }
}

TEST_CASE("delicate numbers: what is not finite stays in its set") {
    for (const Norm& norm : norms()) {
        for (const float bad : {kInf, -kInf, kNan}) {
            CAPTURE(norm.name);
            CAPTURE(bad);
            const auto clean = draw(20, 1, 2, 6);
            auto sets = clean;
            sets[1][7] = bad;
            const auto dy = draw(20, 0, 1, 7);
            const auto expected = run(norm, clean, dy, 1e-5);
            const auto results = run(norm, sets, dy, 1e-5);
            for (const std::size_t s : {0u, 2u, 3u}) {
                CHECK(results[s].y == expected[s].y);
                CHECK(results[s].dx == expected[s].dx);
            }
            CHECK_FALSE(all_finite(results[1].y));
        }
    }
}

TEST_CASE("delicate numbers: what is not finite does not poison running statistics") {
    for (const float bad : {kInf, -kInf, kNan, 1e30f}) {
        CAPTURE(bad);
        Tensor<float> x = Tensor<float>::from_shape({4, 3, 5});
        Random rng(test_seed(11));
        for (float& v : x) v = static_cast<float>(rng.normal(2, 1));
        RunningStatistics<float> clean_batch(3), clean_instance(3), batch(3), instance(3);
        Tape tape;
        batch_norm(tape.input(x), &clean_batch);
        instance_norm(tape.input(x), &clean_instance);
        x(2, 1, 3) = bad;
        batch_norm(tape.input(x), &batch);
        instance_norm(tape.input(x), &instance);
        for (const auto& [clean, running] : {std::pair{&clean_batch, &batch}, {&clean_instance, &instance}}) {
            for (const std::size_t c : {0u, 2u}) {
                CHECK(running->mean(c) == clean->mean(c));
                CHECK(running->var(c) == clean->var(c));
            }
            CHECK(running->mean(1) == 0);  // as it was
            CHECK(running->var(1) == 1);
        }
    }
}
