// The one random generator: its numbers are the same on every platform.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tapedeck {

/// xoshiro256++ (Blackman, Vigna 2021), seeded through splitmix64. A value: a copy continues with the same
/// numbers.
class Random {
  public:
    /// Four words of 64 bits, not all zero.
    using State = std::array<std::uint64_t, 4>;

    /// Every seed gives a sequence of its own.
    explicit Random(std::uint64_t seed);
    /// A generator in exactly this state (not all zero).
    /// @throws ValueError when every word is zero.
    static Random from_state(const State& state);
    /// Where it stands: from_state goes on from there.
    const State& state() const { return state_; }

    /// The next 64 random bits.
    std::uint64_t next();
    /// Uniform in [0, 1), a multiple of 2^-53.
    double uniform();
    /// Uniform in [low, high). @throws ValueError when low is above high.
    double uniform(double low, double high);
    /// Uniform in 0 … n-1 without bias (Lemire 2019).
    /// @throws ValueError when n is 0.
    std::uint64_t below(std::uint64_t n);
    /// Normal with mean 0 and standard deviation 1 (Marsaglia's polar method, with a logarithm of our own,
    /// since those of C libraries differ in the last bit).
    double normal();
    /// Normal with this mean and standard deviation. @throws ValueError when the latter is negative.
    double normal(double mean, double standard_deviation);
    /// True with this probability. @throws ValueError when it is not in 0 … 1.
    bool bernoulli(double probability);
    /// The numbers 0 … n-1 in random order (Fisher, Yates).
    std::vector<std::size_t> permutation(std::size_t n);
    /// The same into a vector that keeps its memory.
    void permutation(std::vector<std::size_t>& order, std::size_t n);
    /// A new generator, seeded from this one: what each part of a program holds for itself.
    Random fork();

  private:
    State state_{};
};

}  // namespace tapedeck
