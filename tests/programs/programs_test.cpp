// Thousands of random programs: their gradients, and the same bits however they are run.
#include <fmt/format.h>

#include "../support.hpp"
#include "check.hpp"
#include "generator.hpp"
#include "print.hpp"
#include "shrink.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

constexpr std::uint64_t kPrograms = 501;  // in each of the eight tests

/// A failure, its program shrunk, and printed.
std::string explain(const Program& program, const Failure& failure) {
    Checker check;
    const Program shortest = shrink(program, [&](const Program& candidate) {
        const auto found = check(candidate);
        return found && found->check == failure.check;
    });
    return to_cpp(shortest, Checker()(shortest).value_or(failure));
}

/// Three programs of each plan follow each other on the same tapes: mostly the same operations in the same
/// slots, with other shapes.
void check_programs(std::uint64_t part) {
    Checker check;
    Random seeds(test_seed(part));
    for (std::uint64_t n = 0; n < kPrograms / 3; ++n) {
        const std::uint64_t plan = seeds.next();
        for (int variation = 0; variation < 3; ++variation) {
            const std::uint64_t details = seeds.next();
            const Program program = random_program(plan, details);
            const auto failure = check(program);
            if (!failure) continue;
            FAIL(fmt::format(
                "TAPEDECK_TEST_SEED={}, part {}: random_program({}u, {}u), {} instructions: {}: {}\n"
                "Shrunk:\n\n{}",
                test_seed(), part, plan, details, program.size(), failure->check, failure->text,
                explain(program, *failure)));
        }
    }
    const Tally& tally = check.tally();
    const std::uint64_t shifted_by = test_seed();
    CAPTURE(shifted_by);
    CHECK(tally.programs >= kPrograms - 2);
    CHECK(tally.instructions > 30 * tally.programs);
    CHECK(tally.directions > 5 * tally.programs);
    // A derivative that finite differences can't tell is rare, or the programs are not what they should be.
    CHECK(tally.unclear * 100 <= tally.directions);
    MESSAGE(
        fmt::format("seed {}: {} programs, {} instructions, {} derivatives compared, {} unclear; the worst "
                    "derivative took {:.2g} of its tolerance, the worst float {:.2g}",
                    test_seed(), tally.programs, tally.instructions, tally.directions, tally.unclear,
                    tally.worst_slope, tally.worst_float));
}

}  // namespace

TEST_CASE("random programs, part 1 of 8") { check_programs(1); }
TEST_CASE("random programs, part 2 of 8") { check_programs(2); }
TEST_CASE("random programs, part 3 of 8") { check_programs(3); }
TEST_CASE("random programs, part 4 of 8") { check_programs(4); }
TEST_CASE("random programs, part 5 of 8") { check_programs(5); }
TEST_CASE("random programs, part 6 of 8") { check_programs(6); }
TEST_CASE("random programs, part 7 of 8") { check_programs(7); }
TEST_CASE("random programs, part 8 of 8") { check_programs(8); }
