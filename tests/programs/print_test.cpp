// Printed programs are C++ that builds, and computes what the program computes.
#include <fstream>
#include <sstream>

#include "../support.hpp"
#include "interpreter.hpp"
#include "print.hpp"
#include "sample.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("print: the sample that is compiled is what the printer writes") {
    std::ifstream file(PRINTED_SAMPLE);
    std::stringstream committed;
    committed << file.rdbuf();
    const std::string printed = to_cpp(sample_program());
    if (committed.str() != printed) {
        std::ofstream("printed_sample.cpp") << printed;
        FAIL(
            "the printer writes something else: see printed_sample.cpp in the current folder; when it is "
            "meant, "
            "make it " PRINTED_SAMPLE);
    }
}

TEST_CASE("print: the sample's gradient is what the printed program is run for") {
    const Program program = sample_program();
    Tape<double> tape;
    State<double> state;
    const auto values = record(program, tape, state);
    backward(program, tape, values.back());
    CHECK(values[0].grad().storage()[0] == doctest::Approx(-12.560840723644587).epsilon(1e-9));
}

TEST_CASE("print: the sample has every kind of instruction that can be printed") {
    const Program program = sample_program();
    for (std::size_t kind = 0; kind < static_cast<std::size_t>(Kind::wrong_tanh); ++kind) {
        const std::string name(to_text(static_cast<Kind>(kind)));
        CAPTURE(name);
        CHECK(std::any_of(program.instructions.begin(), program.instructions.end(),
                          [&](const Instruction& i) { return static_cast<std::size_t>(i.kind) == kind; }));
    }
}

TEST_CASE("print: a failure stands at the top, as a comment") {
    const std::string text = to_cpp(sample_program(), Failure{"finite differences", "one line\nand another"});
    CHECK(text.starts_with("// finite differences: one line\n// and another\n#include"));
}
