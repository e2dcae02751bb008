// A tape as a table, and as a drawing.
#include <cstdio>
#include <limits>
#include <sstream>

#include <doctest/doctest.h>

#include <tapedeck/core/inspect/dot.hpp>
#include <tapedeck/core/inspect/print.hpp>
#include <tapedeck/tapedeck.hpp>

#include "../../support.hpp"

namespace td = tapedeck;

namespace {

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
}

struct Program {
    td::Tape<double> tape;
    td::Parameter<double> p{td::Tensor<double>{3, 4}, "p"};
    td::Variable<double> loss;

    Program() {
        const auto x = tape.input(td::Tensor<double>{1, 2}, "x");
        const auto w = tape.parameter(p);
        const auto scope = tape.scope("mlp");
        const auto inner = tape.scope("norm");
        const auto y = w * w;
        loss = td::sum(y * x + w);
    }
};

}  // namespace

TEST_CASE("a tape as a table: what each entry is, its norms, and how often its gradient was added to") {
    Program program;
    auto table = lines(td::to_text(program.tape));
    REQUIRE(table.size() == 7);
    CHECK(
        td::test::says(table[0], {"#", "operation", "shape", "reads", "|value|", "|grad|", "scope", "line"}));
    CHECK(td::test::says(table[1], {"#0", "Input \"x\"", "(2)", "2.24", " .", "print_test.cpp:"}));
    CHECK(td::test::says(table[2], {"#1", "Parameter \"p\"", "(2)", "5", "0"}));
    CHECK(td::test::says(table[3],
                         {"#2", "Multiply", "(2)", "1 1", "18.4", "-", "mlp/norm", "print_test.cpp:"}));
    program.tape.backward(program.loss);
    table = lines(td::to_text(program.tape));
    CHECK(td::test::says(table[2], {"#1", "18.4 x3"}));  // 2 * w * x + 1 = 7, 17
    CHECK(td::test::says(table[3], {"#2", "2.24"}));
    // Columns start where their heads do.
    for (const auto& line : table) CHECK(line.substr(table[0].find("shape"), 1).find_first_of("(s") == 0);

    td::Tape<float> odd;
    odd.input(td::Tensor<float>{std::numeric_limits<float>::quiet_NaN(), 1});
    odd.input(td::Tensor<float>{-std::numeric_limits<float>::infinity(), 1});
    odd.input(td::Tensor<float>{3e30F, 4e30F});
    odd.input(td::zeros<float>({2}));
    table = lines(td::to_text(odd));
    CHECK(td::test::says(table[1], {"(2)", "nan"}));
    CHECK(td::test::says(table[2], {"(2)", "inf"}));
    CHECK(td::test::says(table[3], {"(2)", "5e+30"}));
    CHECK(td::test::says(table[4], {"(2)", " 0 "}));
    CHECK(lines(td::to_text(td::Tape<float>())).size() == 1);
}

TEST_CASE("a tape as a drawing: a node for each entry, an arrow for each input, a frame for each scope") {
    Program program;
    program.tape.input(td::Tensor<double>(1.0), "a \"quoted\" \\ name");
    const std::string dot = td::to_dot(program.tape);
    CHECK(
        td::test::says(dot, {"digraph tape {", "n0 [label=\"#0 Input", "shape=box, style=dashed", "n1 [label",
                             "shape=box, style=solid", "cluster_0 {", "label=\"mlp\"", "cluster_1 {",
                             "label=\"norm\"", "n2 [label=\"#2 Multiply", "shape=ellipse", "n1 -> n2;"}));
    CHECK(dot.find("a \\\"quoted\\\" \\\\ name") != std::string::npos);
    std::size_t arrows = 0;
    for (std::size_t at = 0; (at = dot.find("->", at)) != std::string::npos; ++at) ++arrows;
    CHECK(arrows == 7);
}
