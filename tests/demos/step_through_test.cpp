// The terminal deck, from scripts: what it answers, in how many columns, and that it leaves the bits alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <tapedeck/core/error.hpp>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/random.hpp>
#include <vector>

#include "../support.hpp"
#include "demos/common/error.hpp"
#include "demos/step_through/command.hpp"
#include "demos/step_through/explain.hpp"
#include "demos/step_through/flags.hpp"
#include "demos/step_through/models.hpp"
#include "demos/step_through/paint.hpp"
#include "demos/step_through/script.hpp"
#include "demos/step_through/session.hpp"
#include "demos/step_through/view.hpp"

namespace td = tapedeck;
using namespace tapedeck::demos::step_through;
using tapedeck::test::error_text;
using tapedeck::test::list;
using tapedeck::test::says;
using tapedeck::test::test_seed;

namespace {

std::string joined(const Lines& lines) {
    std::string text;
    for (const Line& line : lines) text += line.text + "\n";
    return text;
}

/// A sentence may be broken over two lines wherever it has a space.
std::string on_one_line(std::string text) {
    std::string result;
    for (const char c : text) {
        if (c != '\n' && c != ' ')
            result += c;
        else if (!result.empty() && result.back() != ' ')
            result += ' ';
    }
    return result;
}

std::string printed(const std::string& model, const std::string& commands, ScriptOptions options = {}) {
    Session session(make_model(model, 1));
    std::istringstream in(commands);
    std::ostringstream out;
    run_script(session, in, out, options);
    return out.str();
}

/// What the last of these commands is answered with, on one line.
std::string answer(const std::string& model, const std::vector<std::string>& commands) {
    Session session(make_model(model, 1));
    std::string text;
    for (const std::string& command : commands) text = on_one_line(joined(session.obey(command, 80)));
    return text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

/// Every gradient and every count of contributions.
std::vector<std::vector<double>> gradients(const td::Tape<double>& tape) {
    std::vector<std::vector<double>> all;
    for (const auto& entry : tape) {
        all.push_back({static_cast<double>(entry.contributions())});
        all.push_back(list(entry.value()));
        if (entry.has_grad()) all.push_back(list(entry.grad()));
    }
    return all;
}

std::size_t find_op(const Player& player, std::string_view op, std::size_t nth = 0) {
    for (const auto& entry : player.tape()) {
        if (entry.op() == op && nth-- == 0) return entry.index();
    }
    FAIL("there is no " << op);
    return 0;
}

td::Tensor<double> draw(const td::Shape& shape, td::Random& rng) {
    auto x = td::Tensor<double>::from_shape(shape);
    for (double& v : x.storage()) v = rng.uniform(0.2, 1.7);
    return x;
}

/// Explains every element of every input, and returns the first that is not filled in rightly.
std::string unexplained(td::Variable<double> v) {
    for (std::size_t k = 0; k < v.entry().inputs().size(); ++k) {
        const auto& x = v.tape()[v.entry().inputs()[k]];
        if (!x.needs_grad()) continue;
        for (std::size_t i = 0; i < x.value().size(); ++i) {
            const std::string text = joined(explain(v, td::unravel_index(i, x.value().shape()), 80));
            if (text.find("differ") != text.npos || text.find("no formula") != text.npos) return text;
        }
    }
    return "";
}

}  // namespace

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

TEST_CASE("step_through: a step says what was handed on, and back takes it back") {
    Session session(make_model("mlp", 1));
    const auto say = [&](const std::string& line) { return on_one_line(joined(session.obey(line, 80))); };
    CHECK(says(say("s"), {"The adjoint of #11 CrossEntropy (loss) ran: dx = dy", "dx (6, 3) to #10 Linear",
                          "assigned", "Next: the adjoint of #10 Linear (fc2/logits), models.cpp:"}));
    CHECK(says(say("s"), {"dx (6, 5) to #7 Tanh", "dW (3, 5) to #8 Parameter", "db (3) to #9"}));
    CHECK(says(say("g fc2.weight"), {"#8 Parameter", "gradient (3, 5)", "[0]"}));
    CHECK(says(say("b"), {"#10 Linear", "taken back"}));
    CHECK(says(say("g 8"), {"not whole yet: 0 of 1 came", "j 8 goes there"}));
    CHECK(says(say(""), {"not whole yet"}));  // Enter repeats
    CHECK(says(say("u norm"), {"Stepped 2 times", "Next: the adjoint of #6 LayerNorm"}));
    CHECK(session.player().here() == find_op(session.player(), "LayerNorm"));
    CHECK(says(say("u fc2"), {"Nothing ahead is called \"fc2\"", "#10", "j 10 goes back"}));
    CHECK(says(say("10"), {"Stepped back 2 times", "Next: the adjoint of #10"}));
    CHECK(says(say(">"), {"The pass is over"}));
    CHECK(says(say("s"), {"The pass is over"}));
    CHECK(says(say("<"), {"Stepped back 5 times"}));
    CHECK(session.player().steps() == 0);
}

TEST_CASE("step_through: an RNN's weight collects a gradient at every step") {
    Session session(make_model("rnn", 1));
    std::string text = joined(session.obey("l all", 80));
    CHECK(says(text, {"weight_hh", "0/3"}));
    session.obey("u h1", 80);
    text = joined(session.obey("l all", 80));
    CHECK(says(text, {"weight_hh", "3/3"}));
    session.obey("j h2", 80);
    std::string handed_on;
    for (int i = 0; i < 3; ++i) handed_on = on_one_line(joined(session.obey("s", 80)));
    CHECK(says(handed_on, {"(cell/h1): assigned", "(cell/weight_hh): added", "(cell/bias_hh): added"}));
}

TEST_CASE("step_through: the forward half computes the recorded values, and disturbs nothing") {
    Session session(make_model("mlp", 1));
    const auto before = gradients(session.player().tape());
    const auto say = [&](const std::string& line) { return on_one_line(joined(session.obey(line, 80))); };
    CHECK(says(say("f"), {"The forward half", "Next: the forward of #"}));
    CHECK(says(say("v"), {"value (6, 5)", "not come here yet"}));
    CHECK(says(say("s"), {"computed its value, (6, 5)"}));
    CHECK(says(say("d"), {"Only adjoints"}));
    CHECK(says(say("g 5"), {"not whole yet", "r, then j 5"}));
    CHECK(says(say("u Tanh"), {"Next: the forward of #7 Tanh"}));
    CHECK(says(say(">"), {"every value is there"}));
    CHECK(says(say("b"), {"forward was taken back"}));
    CHECK(gradients(session.player().tape()) == before);
}

TEST_CASE("step_through: rules with their numbers add up to what the adjoint handed on") {
    for (const std::string& name : model_names()) {
        Model model = make_model(name, test_seed(3));
        for (const auto& example : model.tapes) {
            example->tape.backward(example->loss);
            for (const auto& entry : example->tape) {
                const bool by_hand =
                    entry.op() == "Swish" || entry.op() == "Softsign" || entry.op() == "Softplus";
                if (entry.is_leaf() || by_hand) continue;
                CAPTURE(entry.text());
                CHECK(unexplained(example->tape.at(entry.index())) == "");
            }
        }
    }
}

TEST_CASE("step_through: every operation that has a formula here is filled in rightly, broadcast or not") {
    td::Random rng(test_seed(5));
    td::Tape<double> tape;
    const auto a = tape.variable(draw({3, 4}, rng)), b = tape.variable(draw({4}, rng)),
               c = tape.variable(draw({4, 4}, rng)), d = tape.variable(draw({2, 3, 4}, rng));
    const td::Tensor<bool> mask{true, false, true, false};
    const std::vector<td::Variable<double>> all{a + b,
                                                a - b,
                                                a * b,
                                                a / b,
                                                -a,
                                                pow(a, b),
                                                maximum(a, b),
                                                maximum(a, a),
                                                where(mask, a, b),
                                                masked_fill(a, mask, 7.0),
                                                exp(a),
                                                log(a),
                                                sqrt(a),
                                                square(a),
                                                abs(a - 1.0),
                                                tanh(a),
                                                sigmoid(a),
                                                relu(a - 1.0),
                                                gelu(a),
                                                dropout(a, 0.5, rng, true),
                                                reshape(a, {2, 6}),
                                                matmul(a, c),
                                                linear(d, c, std::optional(b)),
                                                sum(a),
                                                sum(a, {0}),
                                                sum(c, {1}, true),
                                                mean(c, {0}),
                                                mean(a),
                                                var(c, {1}),
                                                var(a, {}, false, 0),
                                                max(c, {0}),
                                                softmax(c, 0),
                                                softmax(a),
                                                log_softmax(c, 0),
                                                log_softmax(a),
                                                mse_loss(a, draw({3, 4}, rng)),
                                                mse_loss(a, tape.variable(draw({3, 4}, rng))),
                                                binary_cross_entropy_with_logits(a, draw({3, 4}, rng)),
                                                cross_entropy(a, {0, 3, 1}),
                                                a + 1.0};
    std::size_t checked = 0;
    for (const auto& v : all) {
        tape.backward(v, draw(v.shape(), rng));
        CAPTURE(v.entry().text());
        CHECK(unexplained(v) == "");
        ++checked;
    }
    CHECK(checked == 40);
}

TEST_CASE("step_through: numbers stand where the letters stood") {
    td::Tape<double> tape;
    const auto x = tape.variable(td::Tensor<double>{{0.5, -1.0}});
    const auto y = tanh(x);
    tape.backward(y, td::Tensor<double>{{0.25, -2.0}});
    CHECK(joined(explain(y, td::Shape{0, 0}, 80)) ==
          "Tanh of #1: dx = dy * (1 - y^2)\n"
          "dx[0,0] = dy[0,0] * (1 - y[0,0]^2) = 0.25 * (1 - 0.4621^2) = 0.1966\n");
    CHECK(joined(explain(y, td::Shape{0, 1}, 40)) ==
          "Tanh of #1: dx = dy * (1 - y^2)\n"
          "dx[0,1] = dy[0,1] * (1 - y[0,1]^2)\n"
          "        = (-2) * (1 - (-0.7616)^2)\n"
          "        = -0.8399\n");
}

TEST_CASE("step_through: a sum's terms are abridged, and broken over lines before a plus") {
    td::Tape<double> tape;
    const auto x = tape.variable(td::Tensor<double>{{0.5, -1.0}});
    const auto w = tape.variable(td::Tensor<double>{{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}});
    const auto y = linear(x, w, std::nullopt);
    tape.backward(y, td::Tensor<double>{{1, -2, 3, -4, 5}});
    CHECK(says(joined(explain(y, td::Shape{0, 1}, 60)), {"dx[0,1] = sum over o of dy[0,o] * W[o,1]\n"
                                                         "        = 1 * 2 + (-2) * 4 + … + 5 * 10 (5 terms)\n"
                                                         "        = 30\n"}));
    CHECK(says(joined(explain(y, td::Shape{0, 1}, 40)), {"        = 1 * 2 + (-2) * 4 + …\n"
                                                         "          + 5 * 10 (5 terms)\n"}));
    CHECK(says(joined(explain(y, td::Shape{4, 1}, 60)),
               {"dW[4,1] = sum over rows r of dy[r,4] * x[r,1]", "= 5 * (-1)", "= -5"}));
}

TEST_CASE("step_through: a norm's gradient is taken apart into its paths") {
    const std::string layer = answer("mlp", {"u norm", "e 0,1"});
    CHECK(says(layer, {"dx[0,1] = direct + through the mean + through the variance", "direct rstd * g =",
                       "mean -rstd * mean(g) =", "variance -rstd * xhat * mean(g * xhat) =",
                       "g[0,1] = dy * weight", "Its group: 5 numbers, x[0,0] … x[0,4]; mean"}));
    CHECK(says(answer("bn-vs-ln", {"u norm", "e 0,1"}), {"Its group: 6 numbers, x[0,1] … x[5,1]; mean"}));
    CHECK(says(answer("bn-vs-ln", {"u norm", "o", "e 2,1"}), {"5 numbers, x[2,0] … x[2,4]"}));
}

TEST_CASE("step_through: an operation without a formula says so, with the number that was handed on") {
    CHECK(says(answer("wrong-by-hand", {"u Softplus", "e 0,1"}),
               {"dx[0,1] = ", "hands on to #", "Softplus has no formula"}));
}

TEST_CASE("step_through: the other tape is shown at the same place") {
    Session session(make_model("bn-vs-ln", 1));
    session.obey("u norm", 80);
    const std::size_t here = *session.player().here();
    CHECK(session.player().tape()[here].op() == "BatchNorm");
    CHECK(says(on_one_line(joined(session.obey("o", 80))),
               {"The other tape: LayerNorm", "Next: the adjoint of #"}));
    CHECK(session.player().tape()[*session.player().here()].op() == "LayerNorm");
    session.obey(">", 80);
    session.obey("o", 80);
    CHECK(!session.player().here());
    session.obey("f", 80);
    session.obey("u Tanh", 80);
    session.obey("o", 80);
    CHECK(session.player().half() == Half::forward);
    CHECK(session.player().tape()[*session.player().here()].op() == "Tanh");
}

TEST_CASE("step_through: what is right passes the check, entry by entry") {
    for (const char* name : {"mlp", "rnn", "bn-vs-ln"}) {
        Session session(make_model(name, test_seed(2)));
        session.obey(">", 80);
        for (const auto& entry : session.player().tape()) {
            if (session.player().expected(entry.index()) == 0) continue;
            const std::string command = "c " + std::to_string(entry.index());
            const std::string text = on_one_line(joined(session.obey(command, 80)));
            CAPTURE(text);
            CHECK(text.find("agrees with") != text.npos);
            CHECK(text.find("WRONG") == text.npos);
        }
    }
}

TEST_CASE("step_through: wrong-by-hand is found within ten moves, as the README says it") {
    for (const std::uint64_t seed : {1u, 2u, 3u, 17u}) {
        Session session(make_model("wrong-by-hand", seed));
        const auto& tape = session.player().tape();
        std::vector<std::size_t> candidates;
        for (const auto& e : tape) {
            if (!e.is_leaf()) candidates.push_back(e.index());
        }
        session.obey(">", 80);
        // Halve the tape: the mistake is after a gradient that is wrong, and before one that is right.
        std::size_t moves = 1, entry = 0, low = 0, high = candidates.size();
        while (moves < 10 && entry == 0 && low < high) {
            const std::size_t middle = (low + high) / 2;
            const std::string text = joined(session.obey("c " + std::to_string(candidates[middle]), 80));
            ++moves;
            if (text.find("Here is a mistake") != text.npos)
                entry = candidates[middle];
            else if (text.find("WRONG") != text.npos)
                low = middle + 1;
            else
                high = middle;
        }
        CAPTURE(seed);
        CHECK(moves <= 10);
        const std::string verdict = on_one_line(joined(session.obey("a " + std::to_string(entry), 80)));
        CHECK(says(verdict, {"Yes, in " + std::to_string(moves) + " moves", "Swish"}));
        CHECK(says(on_one_line(joined(session.obey("a 5", 80))), {"No: the adjoint of #5 is right"}));
    }
}

TEST_CASE("step_through: random keys never crash, fit into the width, and end in the bits of backward") {
    for (const std::string& name : model_names()) {
        const std::uint64_t seed = test_seed(23);
        Model expected = make_model(name, seed);
        for (const auto& example : expected.tapes) example->tape.backward(example->loss);
        Session session(make_model(name, seed));
        td::Random rng(seed);
        std::string log;
        for (int i = 0; i < 400; ++i) {
            const Key& key = keys()[rng.below(keys().size())];
            if (key.verb == Verb::quit) continue;
            std::string line(1, key.letter);
            const std::vector<std::string> arguments{"",     " 5",     " norm", " Tanh",
                                                     " 999", " 3 1,2", " 0,1",  " é😀"};
            line += arguments[rng.below(arguments.size())];
            if (rng.below(3) == 0) line = rng.below(2) == 0 ? "s" : "";
            const std::size_t width = 40 + rng.below(60);
            log += line + "\n";
            CAPTURE(log);
            for (const Line& out : session.obey(line, width)) {
                CAPTURE(out.text);
                REQUIRE(display_width(out.text) <= width);
            }
            for (const Line& out : tape_view(session.player(), width, 5 + rng.below(30)))
                REQUIRE(display_width(out.text) <= width);
        }
        CAPTURE(name);
        for (std::size_t k = 0; k < expected.tapes.size(); ++k) {
            session.obey("r", 80);
            session.obey(">", 80);
            const auto& title = session.player().example().title;
            for (const auto& example : expected.tapes) {
                if (example->title == title)
                    CHECK(gradients(session.player().tape()) == gradients(example->tape));
            }
            session.obey("o", 80);
        }
    }
}

TEST_CASE("step_through: a long script stays within its width and has no escape codes") {
    std::string commands = "?\nl all\n";
    for (int i = 0; i < 60; ++i) commands += "s\nv\ng\nd\ne\nc\nl\n";
    commands +=
        "f\nv\ns\ns\nl\nb\nu Tanh\nnonsense\x1b[31m with much to say about it and more and more and more\n";
    for (const std::string& name : model_names()) {
        for (const std::size_t width : {40u, 80u, 132u}) {
            const std::string text = printed(name, commands, {width, true});
            CHECK(text.find('\x1b') == text.npos);
            for (const std::string& line : lines_of(text)) {
                CAPTURE(line);
                REQUIRE(display_width(line) <= width);
            }
        }
    }
}

TEST_CASE("step_through: the end of the input ends it, as q does") {
    const std::string text = printed("mlp", "s");
    CHECK(says(text, {"mlp: Linear, LayerNorm, Tanh", ">  #11", "> s\n", "The adjoint of #11"}));
    CHECK(printed("mlp", "q\ns\n").find("ran:") == std::string::npos);
    CHECK(says(printed("mlp", "", {80, false}), {"> \n"}));
}

TEST_CASE("step_through: a long tape is a window around the playhead") {
    Session session(make_model("rnn", 1));
    const std::size_t n = session.player().tape().size();
    REQUIRE(n > 20);
    for (std::size_t i = 0; i <= session.player().length(); ++i) {
        const Lines lines = tape_view(session.player(), 80, 9);
        CHECK(lines.size() <= 9);
        const auto here = std::count_if(lines.begin(), lines.end(),
                                        [](const Line& line) { return line.look == Look::playhead; });
        CHECK(here == (session.player().here() ? 1 : 0));
        session.obey("s", 80);
    }
    CHECK(tape_view(session.player(), 80, n + 1).size() == n + 1);
    const auto heading = [&](std::size_t width) { return tape_view(session.player(), width, 9)[0].text; };
    CHECK(says(heading(80), {"operation", "in", "shape", "|value|", "|grad|", "got"}));
    CHECK(says(heading(50), {"operation", "in", "|value|", "|grad|"}));
    CHECK(heading(50).find("shape") == std::string::npos);
    CHECK(says(heading(40), {"operation", "in", "|grad|"}));
    CHECK(heading(40).find("value") == std::string::npos);
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
