// The fast kernels against their plain twins, for every size around that of a register.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <tapedeck/core/kernels/columns.hpp>
#include <tapedeck/core/kernels/rows.hpp>
#include <tapedeck/core/kernels/transpose.hpp>
#include <tapedeck/core/random.hpp>

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
