#include "check.hpp"

#include <fmt/format.h>

namespace tapedeck::test {

std::optional<Failure> Checker::operator()(const Program& program) {
    ++tally_.programs;
    tally_.instructions += program.size();
    try {
        return all(program);
    } catch (const std::exception& error) {
        const std::string text = error.what();
        return Failure{fmt::format("exception: {}", text.substr(0, text.find_first_of(" (:"))), text};
    }
}

std::optional<Failure> Checker::all(const Program& program) {
    if (auto failure = check_slopes(program, program.seed, used_double_, tally_)) return failure;
    if (auto failure = check_bits<double>(program, program.seed, used_double_)) return failure;
    if (auto failure = check_bits<float>(program, program.seed, used_float_)) return failure;
    return check_float(program, program.seed, used_double_, used_float_, tally_);
}

}  // namespace tapedeck::test
