// What the terminal deck reads and how it writes: commands, flags, columns.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <tapedeck/core/error.hpp>
#include <vector>

#include "../support.hpp"
#include "demos/common/error.hpp"
#include "demos/step_through/command.hpp"
#include "demos/step_through/flags.hpp"
#include "demos/step_through/models.hpp"
#include "demos/step_through/paint.hpp"
#include "demos/step_through/text.hpp"
#include "step_through.hpp"

namespace td = tapedeck;
using namespace tapedeck::demos::step_through;
using tapedeck::test::error_text;
using tapedeck::test::says;

TEST_CASE("step_through: commands are read as they are written") {
    const auto verb = [](std::string_view line) { return parse_command(line).verb; };
    CHECK(verb("s") == Verb::step);
    CHECK(verb("  step \r") == Verb::step);
    CHECK(verb("?") == Verb::help);
    CHECK(verb("12") == Verb::jump);
    CHECK(verb("grad 3") == Verb::gradient);
    CHECK(verb("rule") == Verb::rule);
    CHECK(parse_command("#12").entry == "#12");
    CHECK(parse_command("j12").entry == "12");
    CHECK(parse_command("u norm").entry == "norm");
    CHECK(parse_command("e 7 0,1").element == td::Shape{0, 1});
    CHECK(parse_command("e 7 0,1").entry == "7");
    CHECK(parse_command("e [2]").element == td::Shape{2});
    CHECK(parse_command("e 7 2").element == td::Shape{2});
    CHECK(!parse_command("e 7").element);
    for (const Key& key : keys()) {
        CAPTURE(key.word);
        const std::string argument = key.argument.empty() || key.argument.front() == '[' ? "" : " 3";
        CHECK(verb(std::string(1, key.letter) + argument) == key.verb);
        CHECK(verb(std::string(key.word) + argument) == key.verb);
        CHECK(parse_command(std::string(key.word) + argument).problem.empty());
    }
}

TEST_CASE("step_through: what is no command gets one sentence and a hint") {
    const auto problem = [](std::string_view line) { return parse_command(line).problem; };
    CHECK(problem("x") == "There is no command \"x\"; ? lists them.");
    CHECK(problem("u") == "until needs a name: write \"u norm\".");
    CHECK(problem("j") == "jump needs an entry's number: write \"j 5\".");
    CHECK(problem("s 5") == "step takes nothing more: write \"s\".");
    CHECK(problem("v 5 6") == "value takes no more than that: write \"v [N]\".");
    CHECK(problem("") == "There is no command to repeat yet; ? lists them.");
    CHECK(problem("\x1b[31m\xff") == "There is no command \"?[31m?\"; ? lists them.");
    CHECK(answer("mlp", {"v 99"}) == "There is no entry #99: they are #0 … #11. ");
    CHECK(says(answer("mlp", {"g nonsense"}), {"No entry is called \"nonsense\"", "l all lists"}));
    CHECK(says(answer("rnn", {"v Tanh"}), {"\"Tanh\" may be any of #", "give the number"}));
    CHECK(says(answer("mlp", {"e 5 9,9"}), {"#5 Parameter (norm/bias) is a leaf"}));
    CHECK(says(answer("mlp", {">", "e norm 9,9"}), {"No input of #", "has an element [9,9]", "x is (6, 5)"}));
    CHECK(says(answer("mlp", {"a 3"}), {"Nothing is wrong in this model"}));
    CHECK(says(answer("mlp", {"o"}), {"one tape", "bn-vs-ln"}));
    CHECK(says(answer("mlp", {"d"}), {"No adjoint has run yet"}));
    CHECK(says(answer("mlp", {"b"}), {"This is the beginning"}));
}

TEST_CASE("step_through: text is measured in columns, not in bytes") {
    CHECK(display_width("abc…") == 4);
    CHECK(display_width("é") == 1);
    CHECK(display_width("e\u0301") == 1);
    CHECK(display_width("层") == 2);
    CHECK(display_width("\xff") == 1);
    CHECK(fit("层层层", 4) == "层…");
    CHECK(fit("abcdef", 4) == "abc…");
    CHECK(fit("abcd", 4) == "abcd");
    CHECK(pad("层", 4) == "层  ");
    CHECK(pad_left("é", 3) == "  é");
    CHECK(printable("a\x1b\n\u009b层\xc3") == "a???层?");
    CHECK(wrap("one two three", 8) == std::vector<std::string>{"one two", "  three"});
    CHECK(painted({"x", Look::bad}, false) == "x");
    CHECK(painted({"x", Look::bad}, true) == "\x1b[1;31mx\x1b[0m");
    CHECK(joined(table(td::Tensor<double>{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, 30, 2)) ==
          "  [0]          1  …2\n  … 2 more rows\n");
}

TEST_CASE("step_through: flags are checked before anything starts") {
    const auto parse = [](std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "step_through");
        return parse_flags(static_cast<int>(arguments.size()), arguments.data());
    };
    CHECK(parse({}).flags.model == "mlp");
    CHECK(parse({"rnn", "--seed", "7", "--width=100", "--deck", "x.html"}).flags.seed == 7);
    CHECK(parse({"rnn", "--width=100"}).flags.width == 100);
    CHECK(says(parse({"--help"}).help.value_or(""), {"model", "--seed", "--width", "--deck"}));
    const auto refused = [&](std::vector<const char*> arguments) {
        return error_text<td::demos::FlagError>([&] { parse(arguments); });
    };
    CHECK(says(refused({"cnn"}), {"There is no model \"cnn\"", "mlp, rnn"}));
    CHECK(says(refused({"--width", "10"}), {"--width", "\"10\"", "40"}));
    CHECK(says(refused({"--sed", "1"}), {"\"--sed\""}));
    CHECK(says(refused({"mlp", "rnn"}), {"\"rnn\" is one too many"}));
    CHECK(says(error_text<td::ValueError>([] { make_model("cnn", 1); }), {"\"cnn\"", "wrong-by-hand"}));
}
