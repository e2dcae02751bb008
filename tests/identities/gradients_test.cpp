// What the gradient of any normalization must show, on random shapes, numbers and cotangents.
#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"
#include "subjects.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

constexpr int kRounds = 40;

/// One pass, and the quantities of the formulas, set by set.
template <class T>
struct Pass {
    Tensor<T> x, weight, dx, dweight, dbias, dy;
    std::vector<double> mean, rstd, mean_g, mean_g_xhat;
    std::vector<double> g, xhat;  // g = dy * weight

    Pass(const Subject<T>& s, Random& rng, double eps) {
        const double middle = rng.uniform(-1, 1);
        x = conditioned(s, rng, middle, rng.uniform(0.5, 2));
        weight = gammas<T>(s.affine, rng);
        dy = normal<T>(s.shape, rng);
        Tape<T> tape;
        const auto vx = tape.variable(x), vw = tape.variable(weight);
        const auto vb = tape.variable(normal<T>(s.affine, rng));
        tape.backward(s.record(vx, vw, s.centered ? std::optional(vb) : std::nullopt, eps), dy);
        dx = vx.grad();
        dweight = vw.grad();
        if (s.centered) dbias = vb.grad();

        const auto at = [](const Tensor<T>& t, std::size_t i) { return static_cast<double>(t.storage()[i]); };
        mean.assign(s.sets, 0.0);
        if (s.centered) mean = s.means([&](std::size_t i) { return at(x, i); });
        rstd = s.means([&](std::size_t i) { return std::pow(at(x, i) - mean[s.set[i]], 2); });
        for (double& r : rstd) r = 1 / std::sqrt(r + eps);
        for (std::size_t i = 0; i < x.size(); ++i) {
            g.push_back(at(dy, i) * at(weight, s.channel[i]));
            xhat.push_back((at(x, i) - mean[s.set[i]]) * rstd[s.set[i]]);
        }
        mean_g = s.means([&](std::size_t i) { return g[i]; });
        mean_g_xhat = s.means([&](std::size_t i) { return g[i] * xhat[i]; });
    }
    double dx_at(std::size_t i) const { return static_cast<double>(dx.storage()[i]); }
};

template <class T, class F>
void for_all(std::uint64_t own, F check) {
    const std::uint64_t seed = test_seed(own);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        for (const Subject<T>& subject : subjects<T>(rng)) {
            CAPTURE(round);
            CAPTURE(subject.name);
            const std::string shape = to_text(subject.shape);
            CAPTURE(shape);
            check(subject, rng);
        }
    }
}

}  // namespace

TEST_CASE_TEMPLATE("identities: dx, dgamma and dbeta are the formulas", T, float, double) {
    for_all<T>(1, [](const Subject<T>& s, Random& rng) {
        const Pass<T> p(s, rng, rng.bernoulli(0.5) ? 1e-5 : 0.1);
        std::vector<double> dweight(elements(s.affine), 0.0), dbias = dweight;
        double worst = 0;
        for (std::size_t i = 0; i < p.x.size(); ++i) {
            const std::size_t k = s.set[i];
            const double through_mean = s.centered ? p.mean_g[k] : 0;
            const double dx = p.rstd[k] * (p.g[i] - through_mean - p.xhat[i] * p.mean_g_xhat[k]);
            worst = std::max(worst, std::abs(p.dx_at(i) - dx) / (1 + p.rstd[k]));
            dweight[s.channel[i]] += static_cast<double>(p.dy.storage()[i]) * p.xhat[i];
            dbias[s.channel[i]] += static_cast<double>(p.dy.storage()[i]);
        }
        CHECK(worst <= 10 * rounding<T>);
        for (std::size_t c = 0; c < dweight.size(); ++c) {
            CHECK(std::abs(static_cast<double>(p.dweight.storage()[c]) - dweight[c]) <= 10 * rounding<T>);
            if (s.centered)
                CHECK(std::abs(static_cast<double>(p.dbias.storage()[c]) - dbias[c]) <= 10 * rounding<T>);
        }
    });
}

TEST_CASE_TEMPLATE("identities: dx sums to zero over every set, but for RMSNorm", T, float, double) {
    int not_zero = 0;
    for_all<T>(2, [&](const Subject<T>& s, Random& rng) {
        const Pass<T> p(s, rng, 1e-5);
        double largest_mean = 0, largest_dx = 0;
        for (const double m : s.means([&](std::size_t i) { return p.dx_at(i); }))
            largest_mean = std::max(largest_mean, std::abs(m));
        for (std::size_t i = 0; i < p.x.size(); ++i) largest_dx = std::max(largest_dx, std::abs(p.dx_at(i)));
        if (s.centered)
            CHECK(largest_mean <= rounding<T> * (1 + largest_dx));
        else
            not_zero += largest_mean > 1e-3 * largest_dx ? 1 : 0;
    });
    CHECK(not_zero > kRounds * 3 / 4);
}

TEST_CASE_TEMPLATE("identities: dx is orthogonal to xhat, but for eps rstd^3 mean(g xhat)", T, float,
                   double) {
    for_all<T>(3, [](const Subject<T>& s, Random& rng) {
        for (const double eps : {0.0, 1e-5, 0.1, 3.0}) {
            CAPTURE(eps);
            const Pass<T> p(s, rng, eps);
            const auto dot = s.means([&](std::size_t i) { return p.dx_at(i) * p.xhat[i]; });
            for (std::size_t k = 0; k < s.sets; ++k) {
                const double expected = eps * std::pow(p.rstd[k], 3) * p.mean_g_xhat[k];
                CHECK(std::abs(dot[k] - expected) <= 10 * rounding<T> * (1 + p.rstd[k]));
            }
        }
    });
}

TEST_CASE_TEMPLATE("identities: batch_norm in eval mode hands on g times the running rstd", T, float,
                   double) {
    const std::uint64_t seed = test_seed(4);
    CAPTURE(seed);
    Random rng(seed);
    for (int round = 0; round < kRounds; ++round) {
        const Subject<T> s = subjects<T>(rng)[0];
        RunningStatistics<T> running(s.shape[1]);
        running.mean = normal<T>({s.shape[1]}, rng);
        for (T& v : running.var.storage()) v = static_cast<T>(rng.uniform(0.1, 3));
        const Tensor<T> weight = gammas<T>(s.affine, rng), dy = normal<T>(s.shape, rng);
        Tape<T> tape;
        const auto x = tape.variable(normal<T>(s.shape, rng));
        tape.backward(
            batch_norm(x, &running, tape.input(weight), std::nullopt, {.training = false, .eps = 1e-3}), dy);
        double worst = 0;
        for (std::size_t i = 0; i < dy.size(); ++i) {
            const std::size_t c = s.channel[i];
            const double rstd = 1 / std::sqrt(static_cast<double>(running.var.storage()[c]) + 1e-3);
            const double dx =
                static_cast<double>(dy.storage()[i]) * static_cast<double>(weight.storage()[c]) * rstd;
            worst = std::max(worst, std::abs(static_cast<double>(x.grad().storage()[i]) - dx));
        }
        CHECK(worst <= 10 * rounding<T>);
    }
}

TEST_CASE_TEMPLATE("identities: weight_norm's dv is orthogonal to v, and dg is dw along v", T, float,
                   double) {
    const std::uint64_t seed = test_seed(5);
    CAPTURE(seed);
    Random rng(seed);
    double total = 0;  // of |v dv|
    for (int round = 0; round < kRounds; ++round) {
        const std::size_t out = 1 + rng.below(9), in = 2 + rng.below(20);
        const Tensor<T> dw = normal<T>({out, in}, rng);
        Tape<T> tape;
        const auto v = tape.variable(normal<T>({out, in}, rng)), g = tape.variable(gammas<T>({out, 1}, rng));
        tape.backward(weight_norm(v, g), dw);
        for (std::size_t r = 0; r < out; ++r) {
            double v_dv = 0, v_v = 0, v_dw = 0, size = 0;
            for (std::size_t k = r * in; k < (r + 1) * in; ++k) {
                const double at = static_cast<double>(v.value().storage()[k]);
                v_dv += at * static_cast<double>(v.grad().storage()[k]);
                size += std::abs(at * static_cast<double>(v.grad().storage()[k]));
                v_v += at * at;
                v_dw += at * static_cast<double>(dw.storage()[k]);
            }
            CHECK(std::abs(v_dv) <= rounding<T> * (1 + size));
            total += size;
            CHECK(std::abs(static_cast<double>(g.grad().storage()[r]) - v_dw / std::sqrt(v_v)) <=
                  10 * rounding<T>);
        }
    }
    CHECK(total > 10);
}
