// The fast kernels against their plain twins, for every size around that of a register.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <tapedeck/core/kernels/bias.hpp>
#include <tapedeck/core/kernels/columns.hpp>
#include <tapedeck/core/kernels/gemm.hpp>
#include <tapedeck/core/kernels/rows.hpp>
#include <tapedeck/core/kernels/thin.hpp>
#include <tapedeck/core/kernels/transpose.hpp>
#include <tapedeck/core/ops/activation.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/core/tape.hpp>

#include "../support.hpp"

using namespace tapedeck;

namespace {

template <class T>
std::vector<T> drawn(std::size_t n, Random& rng) {
    std::vector<T> all(n);
    for (T& v : all) v = static_cast<T>(3 + rng.normal());
    return all;
}

struct Moments {
    double mean = 0, variance = 0;
};

/// Of x[0], x[stride], …
template <class T>
Moments plain(const T* x, std::size_t n, std::size_t stride) {
    Moments m;
    for (std::size_t i = 0; i < n; ++i) m.mean += static_cast<double>(x[i * stride]) / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double d = static_cast<double>(x[i * stride]) - m.mean;
        m.variance += d * d / static_cast<double>(n);
    }
    return m;
}

template <class T>
double precision() {
    return std::is_same_v<T, float> ? 2e-6 : 1e-13;
}

}  // namespace

TEST_CASE_TEMPLATE("kernels: a matrix of every size up to three blocks is transposed", T, float, double) {
    Random rng(test::test_seed(1));
    for (const std::size_t rows : {1U, 2U, 7U, 8U, 9U, 15U, 16U, 17U, 31U, 32U, 33U, 48U}) {
        for (const std::size_t columns : {1U, 3U, 8U, 15U, 16U, 17U, 32U, 40U, 48U}) {
            const auto from = drawn<T>(rows * columns, rng);
            std::vector<T> to(rows * columns, T(-1));
            kernels::transpose(rows, columns, from.data(), to.data());
            bool right = true;
            for (std::size_t i = 0; i < rows; ++i)
                for (std::size_t j = 0; j < columns; ++j)
                    right = right && to[j * rows + i] == from[i * columns + j];
            CAPTURE(rows);
            CAPTURE(columns);
            CHECK(right);
        }
    }
}

TEST_CASE_TEMPLATE("kernels: the statistics of rows of every length", T, float, double) {
    Random rng(test::test_seed(2));
    for (std::size_t d = 1; d <= 150; ++d) {
        const auto x = drawn<T>(d, rng);
        const auto s = kernels::row_statistics(d, x.data(), T(1e-3));
        const Moments m = plain(x.data(), d, 1);
        CAPTURE(d);
        CHECK(std::abs(static_cast<double>(s.center) + static_cast<double>(s.remainder) - m.mean) <=
              4 * precision<T>());
        CHECK(static_cast<double>(s.variance) == doctest::Approx(m.variance).epsilon(10 * precision<T>()));
        CHECK(static_cast<double>(s.rstd) ==
              doctest::Approx(1 / std::sqrt(m.variance + 1e-3)).epsilon(10 * precision<T>()));
    }
}

TEST_CASE_TEMPLATE("kernels: channels side by side, of every number and of long columns", T, float, double) {
    Random rng(test::test_seed(3));
    for (const std::size_t batch : {2U, 3U, 33U, 700U}) {
        for (const std::size_t channels : {1U, 5U, 8U, 15U, 16U, 17U, 33U, 40U}) {
            const kernels::ChannelShape shape{batch, channels, 1};
            const auto x = drawn<T>(batch * channels, rng), dy = drawn<T>(batch * channels, rng);
            const auto a = drawn<T>(channels, rng), b = drawn<T>(channels, rng);
            std::vector<T> center(channels), rest(channels), variance(channels), sum(channels),
                sum_xhat(channels);
            std::vector<T> y(batch * channels), dx(batch * channels, T(2));
            kernels::channel_statistics(shape, x.data(), center.data(), rest.data(), variance.data());
            kernels::scale_channels(shape, x.data(), center.data(), rest.data(), a.data(), b.data(),
                                    y.data());
            kernels::channel_sums(shape, x.data(), center.data(), rest.data(), a.data(), dy.data(),
                                  sum.data(), sum_xhat.data());
            kernels::channel_gradient(shape, x.data(), center.data(), rest.data(), dy.data(), a.data(),
                                      b.data(), a.data(), dx.data(), /* add= */ true);
            CAPTURE(batch);
            CAPTURE(channels);
            const double near = 200 * precision<T>();
            for (std::size_t c = 0; c < channels; ++c) {
                const Moments m = plain(x.data() + c, batch, channels);
                CHECK(std::abs(static_cast<double>(center[c]) + static_cast<double>(rest[c]) - m.mean) <=
                      near);
                CHECK(static_cast<double>(variance[c]) == doctest::Approx(m.variance).epsilon(near));
                double total = 0, total_xhat = 0;
                for (std::size_t r = 0; r < batch; ++r) {
                    const std::size_t i = r * channels + c;
                    const double centered = static_cast<double>(x[i]) - m.mean;
                    const double g = static_cast<double>(dy[i]), scale = static_cast<double>(a[c]),
                                 shift = static_cast<double>(b[c]);
                    total += g;
                    total_xhat += g * centered * scale;
                    CHECK(std::abs(static_cast<double>(y[i]) - (centered * scale + shift)) <= near);
                    CHECK(std::abs(static_cast<double>(dx[i]) -
                                   (2 + scale * (g - shift - centered * scale))) <= 10 * near);
                }
                CHECK(static_cast<double>(sum[c]) == doctest::Approx(total).epsilon(near));
                CHECK(std::abs(static_cast<double>(sum_xhat[c]) - total_xhat) <=
                      near * static_cast<double>(batch));
            }
        }
    }
}

TEST_CASE_TEMPLATE("kernels: rows normalized together, of every length, and their adjoint", T, float,
                   double) {
    using kernels::MeanPath;
    Random rng(test::test_seed(4));
    for (const std::size_t rows : {1U, 3U, 300U}) {
        for (const std::size_t d : {1U, 2U, 7U, 8U, 15U, 16U, 17U, 31U, 33U, 40U, 64U, 65U, 130U}) {
            for (const MeanPath path : {MeanPath::yes, MeanPath::no}) {
                const auto x = drawn<T>(rows * d, rng), dy = drawn<T>(rows * d, rng);
                const auto gamma = drawn<T>(d, rng), beta = drawn<T>(d, rng);
                std::vector<kernels::RowStatistics<T>> statistics(rows);
                std::vector<T> y(rows * d), dx(rows * d, T(2)), dgamma(d, T(1)), dbeta(d, T(1));
                const T eps = static_cast<T>(1e-2);
                kernels::row_statistics(rows, d, x.data(), eps, path, statistics.data());
                kernels::normalize_rows<T>(rows, d, x.data(), statistics.data(), {gamma.data(), beta.data()},
                                           y.data());
                kernels::normalize_rows_adjoint<T>(rows, d, x.data(), statistics.data(), path, gamma.data(),
                                                   dy.data(), {dx.data(), true, dgamma.data(), dbeta.data()});
                std::vector<double> sum_gamma(d, 1), sum_beta(d, 1);
                double off = 0;
                for (std::size_t i = 0; i < rows; ++i) {
                    const T* row = x.data() + i * d;
                    Moments m = plain(row, d, 1);
                    if (path == MeanPath::no) m = {0, m.variance + m.mean * m.mean};
                    const double rstd = 1 / std::sqrt(m.variance + static_cast<double>(eps));
                    double mean_g = 0, mean_g_xhat = 0;
                    const auto xhat = [&](std::size_t k) {
                        return (static_cast<double>(row[k]) - m.mean) * rstd;
                    };
                    const auto g = [&](std::size_t k) {
                        return static_cast<double>(dy[i * d + k]) * static_cast<double>(gamma[k]);
                    };
                    for (std::size_t k = 0; k < d; ++k) {
                        if (path == MeanPath::yes) mean_g += g(k) / static_cast<double>(d);
                        mean_g_xhat += g(k) * xhat(k) / static_cast<double>(d);
                        sum_gamma[k] += static_cast<double>(dy[i * d + k]) * xhat(k);
                        sum_beta[k] += static_cast<double>(dy[i * d + k]);
                    }
                    for (std::size_t k = 0; k < d; ++k) {
                        const double expected =
                            xhat(k) * static_cast<double>(gamma[k]) + static_cast<double>(beta[k]);
                        const double gradient = 2 + rstd * (g(k) - mean_g - xhat(k) * mean_g_xhat);
                        const double scale =
                            1 + rstd * (std::abs(mean_g) + std::abs(g(k)) + std::abs(xhat(k) * mean_g_xhat));
                        off = std::max(
                            {off, std::abs(static_cast<double>(y[i * d + k]) - expected) / (1 + rstd),
                             std::abs(static_cast<double>(dx[i * d + k]) - gradient) / scale / (1 + rstd)});
                    }
                }
                CAPTURE(rows);
                CAPTURE(d);
                CHECK(off <= 10 * precision<T>());
                for (std::size_t k = 0; k < d; ++k) {
                    const double near = 20 * precision<T>() * static_cast<double>(rows);
                    CHECK(std::abs(static_cast<double>(dgamma[k]) - sum_gamma[k]) <= 10 * near);
                    CHECK(std::abs(static_cast<double>(dbeta[k]) - sum_beta[k]) <= near);
                }
            }
        }
    }
}

TEST_CASE_TEMPLATE("kernels: a nearly constant row far from 0 keeps its variance", T, float, double) {
    // Numbers that T holds exactly, whose mean it does not: the mean's rounding error is as large as the
    // spread.
    const T step = std::is_same_v<T, float> ? T(0.125) : T(1) / T(1U << 29U);
    for (const std::size_t d : {3U, 5U, 16U, 33U, 64U, 100U}) {
        std::vector<T> x(d, T(1000003));
        x[d / 2] += step;
        const auto s = kernels::row_statistics(d, x.data(), T(0));
        const kernels::ChannelShape column{d, 1, 1};
        T center = 0, rest = 0, variance = 0;
        kernels::channel_statistics(column, x.data(), &center, &rest, &variance);
        CAPTURE(d);
        const double n = static_cast<double>(d),
                     expected = static_cast<double>(step) * static_cast<double>(step) * (n - 1) / (n * n);
        CHECK(static_cast<double>(s.variance) == doctest::Approx(expected).epsilon(1e-3));
        CHECK(static_cast<double>(variance) == doctest::Approx(expected).epsilon(1e-3));
    }
}

TEST_CASE_TEMPLATE("kernels: a bias goes to every row, and its gradient is their sum", T, float, double) {
    Random rng(test::test_seed(5));
    for (const std::size_t rows : {1U, 2U, 700U}) {
        for (const std::size_t n : {1U, 8U, 15U, 16U, 17U, 63U, 64U, 65U, 130U}) {
            const auto bias = drawn<T>(n, rng), before = drawn<T>(rows * n, rng);
            auto y = before;
            kernels::add_to_rows(rows, n, bias.data(), y.data());
            std::vector<T> first(n, T(7)), added(n, T(7));
            kernels::sum_rows(rows, n, before.data(), first.data(), false);
            kernels::sum_rows(rows, n, before.data(), added.data(), true);
            bool exact = true;
            double off = 0;
            for (std::size_t k = 0; k < n; ++k) {
                double total = 0;
                for (std::size_t r = 0; r < rows; ++r) {
                    exact = exact && y[r * n + k] == before[r * n + k] + bias[k];
                    total += static_cast<double>(before[r * n + k]);
                }
                off = std::max({off, std::abs(static_cast<double>(first[k]) - total),
                                std::abs(static_cast<double>(added[k]) - total - 7)});
            }
            CAPTURE(rows);
            CAPTURE(n);
            CHECK(exact);
            CHECK(off <= 10 * precision<T>() * static_cast<double>(rows));
        }
    }
}

TEST_CASE("kernels: tanh of floats of every magnitude, to within 6 ulps, odd, and never beyond 1") {
    std::vector<float> all;
    for (std::uint32_t bits = 0; bits < 0x7f800000U; bits += 9973) all.push_back(std::bit_cast<float>(bits));
    for (float x = 8; x < 9.5F; x = std::nextafter(x, 10.F)) all.push_back(x);
    for (const float odd : {0.F, std::numeric_limits<float>::infinity()}) all.push_back(odd);
    const std::size_t n = all.size();
    for (std::size_t i = 0; i < n; ++i) all.push_back(-all[i]);
    Tape<float> tape;
    Tensor<float> values = Tensor<float>::from_shape({all.size()});
    std::copy(all.begin(), all.end(), values.storage().begin());
    const auto y = tanh(tape.input(values)).value();
    double worst = 0;
    bool bounded = true, is_odd = true, keeps_sign = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const float got = y.storage()[i];
        const double expected = std::tanh(static_cast<double>(all[i]));
        const float near = std::abs(static_cast<float>(expected));
        const double ulp = static_cast<double>(std::nextafter(near, 2.F)) - static_cast<double>(near);
        worst = std::max(worst, std::abs(static_cast<double>(got) - expected) / ulp);
        bounded = bounded && std::abs(got) <= 1;
        is_odd = is_odd && got == -y.storage()[i < n ? i + n : i - n];
        keeps_sign = keeps_sign && std::signbit(got) == std::signbit(all[i]);
    }
    CHECK(worst <= 6);
    CHECK(bounded);
    CHECK(is_odd);
    CHECK(keeps_sign);
    CHECK(std::isnan(tanh(tape.input(Tensor<float>{std::nanf("")})).value().storage()[0]));
}

TEST_CASE_TEMPLATE("kernels: thin products, and products so large that they are chosen", T, float, double) {
    using kernels::Transpose;
    Random rng(test::test_seed(6));
    const auto check = [&](bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, auto product) {
        const auto a = drawn<T>(m * k, rng), b = drawn<T>(k * n, rng), before = drawn<T>(m * n, rng);
        auto assigned = before, added = before;
        product(m, n, k, a.data(), b.data(), assigned.data(), false);
        product(m, n, k, a.data(), b.data(), added.data(), true);
        double off = 0;
        for (std::size_t i = 0; i < m; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                double total = 0;
                for (std::size_t l = 0; l < k; ++l) {
                    total += static_cast<double>(a[ta ? l * m + i : i * k + l]) *
                             static_cast<double>(b[tb ? j * k + l : l * n + j]);
                }
                const std::size_t at = i * n + j;
                off = std::max(
                    {off, std::abs(static_cast<double>(assigned[at]) - total),
                     std::abs(static_cast<double>(added[at]) - total - static_cast<double>(before[at]))});
            }
        }
        CAPTURE(m);
        CAPTURE(n);
        CAPTURE(k);
        CHECK(off <= 20 * precision<T>() * static_cast<double>(k));
    };
    for (std::size_t few = 1; few <= kernels::kThin; ++few) {
        for (const std::size_t n : {1U, 3U, 4U, 5U, 16U, 35U}) {
            for (const std::size_t k : {1U, 3U, 4U, 9U, 16U, 50U}) {
                check(false, true, few, n, k, kernels::thin_times_transposed<T>);
                check(false, false, few, n, k, kernels::thin_times<T>);
                check(true, false, n, k, few, kernels::sum_of_outer_products<T>);
            }
        }
    }
    const auto gemm = [](Transpose ta, Transpose tb) {
        return [=](auto m, auto n, auto k, auto... rest) { kernels::gemm<T>(ta, tb, m, n, k, rest...); };
    };
    check(false, true, 3, 700, 501, gemm(Transpose::no, Transpose::yes));
    check(false, false, 4, 700, 501, gemm(Transpose::no, Transpose::no));
    check(true, false, 700, 501, 2, gemm(Transpose::yes, Transpose::no));
    check(true, false, 2, 700, 501, gemm(Transpose::yes, Transpose::no));
}
