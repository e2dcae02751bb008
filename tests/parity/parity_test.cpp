// The harness itself: how many cases there are, and that a wrong answer does not pass.
#include <doctest/doctest.h>

#include <set>

#include <fmt/format.h>

#include "../support.hpp"
#include "family.hpp"

using namespace tapedeck;

namespace {

/// y is (2, 2), with PyTorch's 1 2 3 4.
parity::Case small_case() {
    parity::Case c;
    c.name = std::string("small");  // assigned as they are, g++ 12 warns of these literals
    c.inputs.emplace_back().name = std::string("x");
    parity::Array& y = c.outputs.emplace_back();
    y.name = std::string("y");
    y.shape = {2, 2};
    y.values = {1, 2, 3, 4};
    return c;
}

}  // namespace

TEST_CASE("There are at least 500 parity cases, each with a name of its own") {
    std::size_t count = 0;
    std::set<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(parity::fixtures())) {
        const std::string name = file.path().filename().string();
        for (const parity::Case& c : parity::load(name.substr(0, name.find('.')))) {
            ++count;
            if (!names.insert(c.name).second) FAIL_CHECK(fmt::format("{} stands twice", c.name));
            if (c.outputs.empty()) FAIL_CHECK(fmt::format("{} compares nothing", c.name));
        }
    }
    CHECK(count >= 500);
}

TEST_CASE("A parity fault names the array, the place, both numbers and the tolerance") {
    const parity::Case c = small_case();
    parity::Run<double> run(c);
    run.check("y", test::tensor<double>({2, 2}, {1, 2, 3 + 5e-10, 4}));
    CHECK(
        test::says(run.faults(), {"y[1, 0]", "got 3.0000000005", "expected 3", "tolerance 4e-10", "1 of 4"}));
}

TEST_CASE("Parity tolerates a share of the largest magnitude, by precision") {
    const parity::Case c = small_case();
    parity::Run<double> exact(c);
    exact.check("y", test::tensor<double>({2, 2}, {1 + 3e-10, 2, 3, 4}));
    CHECK(exact.faults().empty());
    parity::Run<float> coarse(c);
    coarse.check("y", test::tensor<float>({2, 2}, {1 + 3e-5, 2, 3, 4}));
    CHECK(coarse.faults().empty());
    coarse.check("y", test::tensor<float>({2, 2}, {1 + 5e-5, 2, 3, 4}));
    CHECK(test::says(coarse.faults(), {"y[0, 0]"}));
}

TEST_CASE("Parity holds nan, infinities and shapes against each other exactly") {
    parity::Case c = small_case();
    c.outputs[0].values = {NAN, INFINITY, 0, -INFINITY};
    const auto faulty = [&](const Tensor<double>& y) {
        parity::Run<double> run(c);
        run.check("y", y);
        return !run.faults().empty();
    };
    CHECK_FALSE(faulty(test::tensor<double>({2, 2}, {NAN, INFINITY, 0, -INFINITY})));
    CHECK(faulty(test::tensor<double>({2, 2}, {1, INFINITY, 0, -INFINITY})));
    CHECK(faulty(test::tensor<double>({2, 2}, {NAN, NAN, 0, -INFINITY})));
    CHECK(faulty(test::tensor<double>({2, 2}, {NAN, INFINITY, NAN, -INFINITY})));
    CHECK(faulty(test::tensor<double>({2, 2}, {NAN, INFINITY, 0, INFINITY})));
    CHECK(faulty(test::tensor<double>({4}, {NAN, INFINITY, 0, -INFINITY})));
}

TEST_CASE("Parity complains of what a test leaves unread or uncompared") {
    const parity::Case c = small_case();
    parity::Run<double> run(c);
    run.finish();
    CHECK(test::says(run.faults(), {"input x was never read", "output y was never compared"}));
}
