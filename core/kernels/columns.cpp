#include <tapedeck/core/kernels/columns.hpp>

#include <algorithm>
#include <cmath>

#include <tapedeck/core/kernels/reduce.hpp>
#include <tapedeck/core/kernels/side_by_side.hpp>

namespace tapedeck::kernels {
namespace {

/// The data's shape, and that of one number a channel: broadcasting does the rest, and merges what it can.
struct Shapes {
    Shape data, channel;
    explicit Shapes(const ChannelShape& s) : data{s.batch, s.channels, s.length}, channel{s.channels, 1} {}
};

}  // namespace

template <class T>
void channel_statistics(const ChannelShape& s, const T* x, T* center, T* remainder, T* variance) {
    if (s.length == 1) {
        return each_strip<Vector<T>>(s.channels, [&](const auto& strip, std::size_t c) {
            strip_statistics(strip, s.batch, s.channels, x + c, center + c, remainder + c, variance + c);
        });
    }
    const Shapes shapes(s);
    const T n = static_cast<T>(s.per_channel());
    const auto divide = [&](T* v) { std::transform(v, v + s.channels, v, [n](T sum) { return sum / n; }); };
    reduce<T, 1>(shapes.data, center, shapes.channel, [](auto v) { return v; }, {x}, {&shapes.data});
    divide(center);
    reduce<T, 2>(shapes.data, remainder, shapes.channel, [](auto v, auto c) { return v - c; }, {x, center},
                 {&shapes.data, &shapes.channel});
    divide(remainder);
    reduce<T, 3>(shapes.data, variance, shapes.channel,
                 [](auto v, auto c, auto r) {
                     const auto d = (v - c) - r;
                     return d * d;
                 },
                 {x, center, remainder}, {&shapes.data, &shapes.channel, &shapes.channel});
    divide(variance);
}

template <class T>
bool inverse_roots(std::size_t n, const T* variance, T eps, T* rstd) {
    map<false>(
        n, rstd,
        [eps](auto v) {
            using V = decltype(v);
            using op::sqrt;
            return V(1) / sqrt(v + V(eps));
        },
        Stream<T>{variance});
    bool fine = true;
    for (std::size_t i = 0; i < n; ++i) fine &= !leaves_range(variance[i], eps);
    return fine;
}

template <class T>
T rstd_out_of_range(const ChannelShape& s, const T* x, std::size_t channel, double eps) {
    const auto n = static_cast<long double>(s.per_channel());
    const auto total = [&](auto f) {
        long double sum = 0;
        for (std::size_t b = 0; b < s.batch; ++b) {
            const T* run = x + (b * s.channels + channel) * s.length;
            for (std::size_t l = 0; l < s.length; ++l) sum += f(static_cast<long double>(run[l]));
        }
        return sum;
    };
    const long double mean = total([](long double v) { return v; }) / n;
    const long double variance = total([mean](long double v) { return (v - mean) * (v - mean); }) / n;
    return static_cast<T>(1 / std::sqrt(variance + static_cast<long double>(eps)));
}

template <class T>
void scale_channels(const ChannelShape& s, const T* x, const T* center, const T* remainder, const T* scale,
                    const T* shift, T* y) {
    if (s.length == 1) {
        return each_strip<Vector<T>>(s.channels, [&](const auto& strip, std::size_t first) {
            const auto c = strip.load(center + first), rest = strip.load(remainder + first),
                       a = strip.load(scale + first), b = strip.load(shift + first);
            const auto f = [](auto v, auto m, auto r, auto factor, auto offset) {
                return ((v - m) - r) * factor + offset;
            };
            for (std::size_t i = first; i < s.batch * s.channels; i += s.channels)
                strip.store(y + i, strip.each(f, strip.load(x + i), c, rest, a, b));
        });
    }
    const Shapes shapes(s);
    spread<T, 5>(shapes.data, y, false,
                 [](auto v, auto c, auto r, auto a, auto b) { return ((v - c) - r) * a + b; },
                 {x, center, remainder, scale, shift},
                 {&shapes.data, &shapes.channel, &shapes.channel, &shapes.channel, &shapes.channel});
}

template <class T>
void channel_sums(const ChannelShape& s, const T* x, const T* center, const T* remainder, const T* rstd,
                  const T* dy, T* sum_dy, T* sum_dy_xhat) {
    if (s.length == 1) {
        return each_strip<Vector<T>>(s.channels, [&](const auto& strip, std::size_t first) {
            using S = std::remove_cvref_t<decltype(strip)>;
            const auto c = strip.load(center + first), rest = strip.load(remainder + first),
                       a = strip.load(rstd + first);
            const auto xhat = [](auto v, auto m, auto r, auto scale) { return ((v - m) - r) * scale; };
            const auto sums = sum_down<S, 2>(s.batch, [&](std::size_t r) {
                const auto g = strip.load(dy + r * s.channels + first);
                const auto row = strip.load(x + r * s.channels + first);
                return std::array{g, S::times(g, S::each(xhat, row, c, rest, a))};
            });
            strip.store(sum_dy + first, sums[0]);
            strip.store(sum_dy_xhat + first, sums[1]);
        });
    }
    const Shapes shapes(s);
    reduce<T, 1>(shapes.data, sum_dy, shapes.channel, [](auto g) { return g; }, {dy}, {&shapes.data});
    reduce<T, 5>(shapes.data, sum_dy_xhat, shapes.channel,
                 [](auto g, auto v, auto c, auto r, auto a) { return g * (((v - c) - r) * a); },
                 {dy, x, center, remainder, rstd},
                 {&shapes.data, &shapes.data, &shapes.channel, &shapes.channel, &shapes.channel});
}

template <class T>
void channel_gradient(const ChannelShape& s, const T* x, const T* center, const T* remainder, const T* dy,
                      const T* scale, const T* a, const T* b, T* dx, bool add) {
    if (s.length == 1) {
        return each_strip<Vector<T>>(s.channels, [&](const auto& strip, std::size_t first) {
            const auto c = strip.load(center + first), rest = strip.load(remainder + first),
                       factor = strip.load(scale + first), mean = strip.load(a + first),
                       slope = strip.load(b + first);
            const auto f = [](auto g, auto v, auto m, auto r, auto k, auto offset, auto steep) {
                return k * (g - offset - ((v - m) - r) * steep);
            };
            for (std::size_t i = first; i < s.batch * s.channels; i += s.channels) {
                auto gradient =
                    strip.each(f, strip.load(dy + i), strip.load(x + i), c, rest, factor, mean, slope);
                if (add) gradient = strip.plus(strip.load(dx + i), gradient);
                strip.store(dx + i, gradient);
            }
        });
    }
    const Shapes shapes(s);
    spread<T, 7>(shapes.data, dx, add,
                 [](auto g, auto v, auto c, auto r, auto factor, auto mean, auto slope) {
                     return factor * (g - mean - ((v - c) - r) * slope);
                 },
                 {dy, x, center, remainder, scale, a, b},
                 {&shapes.data, &shapes.data, &shapes.channel, &shapes.channel, &shapes.channel,
                  &shapes.channel, &shapes.channel});
}

#define INSTANTIATE(T)                                                                                       \
    template bool inverse_roots(std::size_t, const T*, T, T*);                                               \
    template T rstd_out_of_range(const ChannelShape&, const T*, std::size_t, double);                        \
    template void channel_statistics(const ChannelShape&, const T*, T*, T*, T*);                             \
    template void scale_channels(const ChannelShape&, const T*, const T*, const T*, const T*, const T*, T*); \
    template void channel_sums(const ChannelShape&, const T*, const T*, const T*, const T*, const T*, T*,    \
                               T*);                                                                          \
    template void channel_gradient(const ChannelShape&, const T*, const T*, const T*, const T*, const T*,    \
                                   const T*, const T*, T*, bool);
INSTANTIATE(float)
INSTANTIATE(double)

}  // namespace tapedeck::kernels
