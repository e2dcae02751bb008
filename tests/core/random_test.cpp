// Known answers of the generator, which hold on every platform, and the shape of its distributions.
#include <tapedeck/core/error.hpp>
#include <tapedeck/core/random.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("random: xoshiro256++ as its authors' reference program") {
    Random rng = Random::from_state({1, 2, 3, 4});
    for (const std::uint64_t expected : std::initializer_list<std::uint64_t>{
             41943041U, 58720359U, 3588806011781223U, 3591011842654386U, 9228616714210784205U,
             9973669472204895162U, 14011001112246962877U, 12406186145184390807U, 15849039046786891736U,
             10450023813501588000U})
        CHECK(rng.next() == expected);
}

TEST_CASE("random: seeded through splitmix64") {
    CHECK(Random(1234567).state() == Random::State{6457827717110365317U, 3203168211198807973U,
                                                   9817491932198370423U, 4593380528125082431U});
    Random rng(42);
    CHECK(rng.next() == 15021278609987233951U);
    CHECK(rng.next() == 5881210131331364753U);
    CHECK(rng.next() == 18149643915985481100U);
    CHECK(Random(0).state() != Random::State{});
}

// The numbers below are those of a second program, in Python with exact integers and IEEE doubles (and the
// same series for the logarithm).

TEST_CASE("random: uniform, to the bit") {
    Random rng(42);
    CHECK(rng.uniform() == 0x1.a0ec9a9e88ecdp-1);
    CHECK(rng.uniform() == 0x1.467905d15dbccp-2);
    CHECK(rng.uniform() == 0x1.f7c0f9f61849dp-1);
    CHECK(rng.uniform() == 0x1.66fb3ec019b06p-1);
    Random between(42);
    CHECK(between.uniform(-2, 3) == -2 + 5 * 0x1.a0ec9a9e88ecdp-1);
}

TEST_CASE("random: normal, to the bit") {
    Random rng(42);
    for (const double expected : {0x1.f679d98b6ab7bp-1, 0x1.571f94d19c30ap+0, -0x1.edae4f6954ef1p-1,
                                  0x1.91df36fc7a31dp-3, 0x1.9f8e83e100ac7p-3, -0x1.1eea5740e03d7p+1})
        CHECK(rng.normal() == expected);
    // And the bits of the first 10,000, as one number.
    Random many(42);
    std::uint64_t checksum = 0;
    for (int i = 0; i < 10000; ++i) checksum = checksum * 31 + std::bit_cast<std::uint64_t>(many.normal());
    CHECK(checksum == 15953395137168200882U);
    Random scaled(42);
    CHECK(scaled.normal(10, 2) == 10 + 2 * Random(42).normal());
}

TEST_CASE("random: below, permutation and fork, to the number") {
    Random rng(42);
    for (const std::uint64_t expected :
         std::initializer_list<std::uint64_t>{4, 1, 5, 4, 4, 3, 0, 3, 1, 5, 3, 5})
        CHECK(rng.below(6) == expected);
    // Nearly half of all draws must be refused here to be without bias.
    Random large(42);
    for (const std::uint64_t expected :
         {2940605065665682376U, 9074821957992740550U, 6466834469879552732U, 5581269471817655715U})
        CHECK(large.below((std::uint64_t{1} << 63) + 1) == expected);
    CHECK(Random(42).permutation(10) == std::vector<std::size_t>{6, 8, 3, 5, 7, 4, 1, 2, 0, 9});
    Random parent(42);
    Random child = parent.fork();
    CHECK(child.next() == 5745406364259058299U);
    CHECK(parent.next() == 5881210131331364753U);  // a fork takes one number
}

TEST_CASE("random: a copy goes on with the same numbers") {
    Random rng(7);
    rng.normal();
    Random copy = rng;
    for (int i = 0; i < 10; ++i) CHECK(rng.normal() == copy.normal());
    CHECK(rng.state() == copy.state());
}

TEST_CASE("random: what can't be drawn") {
    Random rng(1);
    CHECK(says(error_text<ValueError>([&] { rng.below(0); }), {"below(0)"}));
    CHECK_THROWS_AS(Random::from_state({0, 0, 0, 0}), ValueError);
    CHECK(rng.below(1) == 0);
    CHECK(rng.permutation(0).empty());
    for (int i = 0; i < 100; ++i) {
        CHECK_FALSE(rng.bernoulli(0));
        CHECK(rng.bernoulli(1));
    }
}

// 100,000 draws of a fixed seed: the bounds are six standard errors and more.

TEST_CASE("random: the moments of normal") {
    Random rng(42);
    constexpr int n = 100000;
    double sum = 0, squares = 0, cubes = 0, fourths = 0;
    int beyond = 0;
    for (int i = 0; i < n; ++i) {
        const double x = rng.normal();
        sum += x;
        squares += x * x;
        cubes += x * x * x;
        fourths += x * x * x * x;
        beyond += std::abs(x) > 1.959963984540054 ? 1 : 0;
    }
    CHECK(std::abs(sum / n) < 0.02);
    CHECK(std::abs(squares / n - 1) < 0.03);
    CHECK(std::abs(cubes / n) < 0.08);
    CHECK(std::abs(fourths / n - 3) < 0.2);
    CHECK(std::abs(beyond / static_cast<double>(n) - 0.05) < 0.005);
}

TEST_CASE("random: uniform stays below 1 and fills its range evenly") {
    Random rng(43);
    constexpr int n = 100000;
    std::array<int, 10> bins{};
    for (int i = 0; i < n; ++i) {
        const double u = rng.uniform();
        REQUIRE(u >= 0);
        REQUIRE(u < 1);
        ++bins[static_cast<std::size_t>(u * 10)];
    }
    for (const int count : bins) CHECK(std::abs(count - n / 10) < 600);
}

TEST_CASE("random: permutations are permutations, each place equally likely") {
    Random rng(44);
    std::vector<std::size_t> order;
    std::array<std::array<int, 5>, 5> seen{};
    for (int round = 0; round < 10000; ++round) {
        rng.permutation(order, 5);
        REQUIRE(std::set(order.begin(), order.end()) == std::set<std::size_t>{0, 1, 2, 3, 4});
        for (std::size_t i = 0; i < 5; ++i) ++seen[i][order[i]];
    }
    for (const auto& place : seen)
        for (const int count : place) CHECK(std::abs(count - 2000) < 250);
}
