#include <tapedeck/core/random.hpp>

#include <bit>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck {
namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/// ln(x) for 0 < x < 1 from additions, multiplications and divisions alone, which IEEE 754 defines to the
/// bit: x = m * 2^e with m in [sqrt(1/2), sqrt(2)), ln m = 2 artanh((m-1)/(m+1)) as a power series.
double portable_log(double x) {
    int exponent = 0;
    double m = std::frexp(x, &exponent);
    if (m < 0.70710678118654752440) {
        m *= 2;
        --exponent;
    }
    const double t = (m - 1) / (m + 1);
    const double t2 = t * t;
    double series = 0;
    for (int k = 25; k >= 1; k -= 2) series = series * t2 + 1.0 / k;
    return 2 * t * series + exponent * 0.69314718055994530942;
}

}  // namespace

Random::Random(std::uint64_t seed) {
    for (auto& word : state_) word = splitmix64(seed);
}

Random Random::from_state(const State& state) {
    if (state == State{})
        throw ValueError("Random::from_state: all four words are 0, from which only zeros follow.");
    Random random(0);
    random.state_ = state;
    return random;
}

std::uint64_t Random::next() {
    auto& s = state_;
    const std::uint64_t result = std::rotl(s[0] + s[3], 23) + s[0];
    const std::uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = std::rotl(s[3], 45);
    return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
double Random::uniform(double low, double high) {
    if (!(low <= high))
        throw ValueError(fmt::format("Random::uniform({}, {}): low must not be above high.", low, high));
    return low + (high - low) * uniform();
}

std::uint64_t Random::below(std::uint64_t n) {
    if (n == 0) throw ValueError("Random::below(0): there is no number below 0; give at least 1.");
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t threshold = (0 - n) % n;
    for (;;) {
        const Wide product = static_cast<Wide>(next()) * n;
        if (static_cast<std::uint64_t>(product) >= threshold)
            return static_cast<std::uint64_t>(product >> 64);
    }
}

double Random::normal() {
    for (;;) {
        const double u = 2 * uniform() - 1;
        const double v = 2 * uniform() - 1;
        const double s = u * u + v * v;
        if (s >= 1 || s == 0) continue;
        return u *
               std::sqrt(-2 * portable_log(s) / s);  // v would give a second one: dropped, four words are all
    }
}

double Random::normal(double mean, double standard_deviation) {
    if (!(standard_deviation >= 0)) {
        throw ValueError(fmt::format("Random::normal({}, {}): a standard deviation must not be negative.",
                                     mean, standard_deviation));
    }
    return mean + standard_deviation * normal();
}

bool Random::bernoulli(double probability) {
    if (!(probability >= 0 && probability <= 1))
        throw ValueError(fmt::format("Random::bernoulli({}): a probability lies in 0 … 1.", probability));
    return uniform() < probability;
}

void Random::permutation(std::vector<std::size_t>& order, std::size_t n) {
    order.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t j = static_cast<std::size_t>(below(i + 1));
        order[i] = order[j];
        order[j] = i;
    }
}

std::vector<std::size_t> Random::permutation(std::size_t n) {
    std::vector<std::size_t> order;
    permutation(order, n);
    return order;
}

Random Random::fork() { return Random(next()); }

}  // namespace tapedeck
