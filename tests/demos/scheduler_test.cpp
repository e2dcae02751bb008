// The queue of trainings: each is run once, in order, and an error is not lost.
#include "demos/common/scheduler.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>

using namespace tapedeck::demos;

TEST_CASE("scheduler: each job once, whatever the number of threads") {
    for (const std::size_t threads : {1u, 2u, 5u, 100u}) {
        std::vector<std::size_t> order(40);
        std::iota(order.begin(), order.end(), 0u);
        std::vector<std::atomic<int>> runs(40);
        run_all(
            order, threads, [&](std::size_t i) { ++runs[i]; }, [] {});
        for (const auto& count : runs) CHECK(count == 1);
    }
}

TEST_CASE("scheduler: one thread keeps the order") {
    std::vector<std::size_t> seen;
    run_all(
        {3, 1, 2}, 1, [&](std::size_t i) { seen.push_back(i); }, [] {});
    CHECK(seen == std::vector<std::size_t>{3, 1, 2});
}

TEST_CASE("scheduler: the first error ends the queue and arrives") {
    std::atomic<int> runs{0};
    const auto work = [&](std::size_t) {
        if (++runs == 3) throw std::runtime_error("third");
    };
    CHECK_THROWS_WITH(run_all(std::vector<std::size_t>(50), 1, work, [] {}), "third");
    CHECK(runs == 3);
}

TEST_CASE("scheduler: an error on one thread ends the queue for the others too") {
    std::atomic<int> runs{0};
    const auto work = [&](std::size_t) {
        if (++runs == 1) throw std::runtime_error("first");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    };
    CHECK_THROWS_WITH(run_all(std::vector<std::size_t>(50), 2, work, [] {}), "first");
    CHECK(runs < 25);
}
