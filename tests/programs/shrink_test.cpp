// Wrong operations, planted into random programs, are found, shrunk to a few lines, and named.
#include <algorithm>

#include <fmt/format.h>

#include "../support.hpp"
#include "check.hpp"
#include "generator.hpp"
#include "print.hpp"
#include "shrink.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

struct Found {
    Program program;
    Failure failure;
};

/// The first program of at least 40 instructions that a planted operation breaks.
Found find(Kind planted) {
    Checker check;
    Random seeds(test_seed());
    for (int n = 0; n < 60; ++n) {
        const Program program = random_program(seeds.next(), seeds.next(),
                                               {.shortest = 40, .longest = 120, .planted = {planted}});
        if (auto failure = check(program)) return {program, *failure};
    }
    FAIL(fmt::format("seed {}: no program of 60 noticed {}", test_seed(), to_text(planted)));
    return {};
}

Program shrunk(const Found& found) {
    Checker check;
    return shrink(found.program, [&](const Program& candidate) {
        const auto failure = check(candidate);
        return failure && failure->check == found.failure.check;
    });
}

std::size_t operations(const Program& program) {
    return static_cast<std::size_t>(std::count_if(program.instructions.begin(), program.instructions.end(),
                                                  [](const Instruction& i) { return !is_leaf(i.kind); }));
}

std::size_t count(const Program& program, Kind kind) {
    return static_cast<std::size_t>(std::count_if(program.instructions.begin(), program.instructions.end(),
                                                  [&](const Instruction& i) { return i.kind == kind; }));
}

}  // namespace

TEST_CASE("shrink: a wrong adjoint ends as one leaf and the wrong operation") {
    const Found found = find(Kind::wrong_tanh);
    CAPTURE(test_seed());
    CHECK(found.failure.check == "finite differences");
    const Program program = shrunk(found);
    const std::string text = to_cpp(program, found.failure);
    CAPTURE(text);
    CHECK(operations(program) == 1);
    CHECK(program.instructions.back().kind == Kind::wrong_tanh);
    CHECK(program.instructions.front().data.size() == 1);
    CHECK(says(text, {"// finite differences: along", "int main() {",
                      "const auto v0 = tape.variable(tensor<double>(", "const auto v1 = wrong_tanh(v0);",
                      "tape.backward(v1);", "show(\"dL/dv0\", v0);"}));
}

TEST_CASE("shrink: an operation that is wrong only with a shared operand keeps the sharing") {
    const Found found = find(Kind::wrong_product);
    CAPTURE(test_seed());
    const Program program = shrunk(found);
    const std::string text = to_cpp(program, found.failure);
    CAPTURE(text);
    CHECK(count(program, Kind::wrong_product) >= 1);
    CHECK(operations(program) <= 4);
    CHECK(says(text, {"wrong_product(v"}));
}

TEST_CASE("shrink: an operation that remembers its last run is found by its bits") {
    const Found found = find(Kind::forgetful_square);
    CAPTURE(test_seed());
    CHECK(found.failure.check.starts_with("same bits"));
    const Program program = shrunk(found);
    const std::string text = to_cpp(program, found.failure);
    CAPTURE(text);
    CHECK(count(program, Kind::forgetful_square) == 1);
    CHECK(operations(program) <= 3);
}

TEST_CASE("shrink: what does not fail is left alone") {
    const Program program = random_program(test_seed(), 7);
    const Program same = shrink(program, [](const Program&) { return false; });
    CHECK(to_cpp(same) == to_cpp(program));
}

TEST_CASE("shrink: ends, operands, shapes, options and numbers all become smaller") {
    // Fails as long as a batch_norm in training mode reads something that a softmax made.
    const auto fails = [](const Program& candidate) {
        return std::any_of(candidate.instructions.begin(), candidate.instructions.end(),
                           [&](const Instruction& i) {
                               return i.kind == Kind::batch_norm && i.training &&
                                      candidate.instructions[i.inputs[0]].kind == Kind::softmax;
                           });
    };
    Program program;
    const auto add = [&](Instruction i) { program.instructions.push_back(std::move(i)); };
    add({.kind = Kind::parameter,
         .shape = {3, 4},
         .data = {1.0625, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
         .state = 3});
    add({.kind = Kind::tanh, .inputs = {0}, .scope = "net/norm", .name = "h1"});
    add({.kind = Kind::softmax, .inputs = {1}, .axes = {1}, .name = "h2"});
    add({.kind = Kind::variable, .shape = {4}, .data = {1, 2, 3, 4}});
    add({.kind = Kind::batch_norm, .inputs = {2, 3}, .number = 0.1, .has_bias = true});
    add({.kind = Kind::sum, .inputs = {4}});
    REQUIRE(fails(program));
    const Program shortest = shrink(program, fails);
    const std::string text = to_cpp(shortest);
    CAPTURE(text);
    REQUIRE(shortest.size() == 3);
    CHECK(shortest.instructions[0].kind == Kind::variable);
    CHECK(shortest.instructions[0].data.size() == 2);
    CHECK(shortest.instructions[1].name.empty());
    CHECK(shortest.instructions[2].has_bias == false);
}
