// The benchmark's training steps train, and allocate nothing once they are warm.
#include <doctest/doctest.h>

#include "../../allocations.hpp"
#include "../models.hpp"

using namespace benchmark_steps;

namespace {

/// The benchmark's works, and a small one in the place of 784-1000-1000-10.
const std::vector<Work> kWorks{{"mlp", "", 32, {2, 16, 16, 1}},
                               {"mlp", "", 32, {64, 64, 64, 10}},
                               {"mlp", "", 4, {200, 300, 300, 10}},
                               {"rnn", "", 32, {50, 2, 64}},
                               {"rnn_cell", "", 32, {50, 2, 64}}};

}  // namespace

TEST_CASE("none of the benchmark's steps allocates in steady state") {
    const std::size_t none = tapedeck::test::allocations();
    const auto made = td::Tensor<float>::from_shape({100});
    REQUIRE(tapedeck::test::allocations() == none + 1);

    for (Work work : kWorks) {
        for (const std::string norm : {"none", "batch", "layer"}) {
            work.norm = norm;
            CAPTURE(work.model);
            CAPTURE(norm);
            const Step step = make_step(work);
            for (int i = 0; i < 3; ++i) step();
            const std::size_t before = tapedeck::test::allocations();
            for (int i = 0; i < 3; ++i) step();
            CHECK(tapedeck::test::allocations() == before);
        }
    }
}

TEST_CASE("the benchmark's steps lower the loss") {
    const auto check = [](auto& model) {
        model.step();
        const float before = model.tape.at(model.tape.size() - 1).item();
        for (int i = 0; i < 50; ++i) model.step();
        CHECK(model.tape.at(model.tape.size() - 1).item() < before);
    };
    for (const std::string norm : {"none", "batch", "layer"}) {
        CAPTURE(norm);
        Mlp mlp({"mlp", norm, 32, {64, 64, 64, 10}});
        check(mlp);
        Rnn rnn({"rnn", norm, 32, {10, 2, 64}});
        check(rnn);
        Cell cell({"rnn_cell", norm, 32, {10, 2, 64}});
        check(cell);
    }
}
