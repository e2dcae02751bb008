// The terminal deck, from scripts: what it answers, in how many columns, and that it leaves the bits alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <tapedeck/core/random.hpp>
#include <vector>

#include "../support.hpp"
#include "demos/step_through/command.hpp"
#include "demos/step_through/models.hpp"
#include "demos/step_through/script.hpp"
#include "demos/step_through/session.hpp"
#include "demos/step_through/view.hpp"
#include "step_through.hpp"

namespace td = tapedeck;
using namespace tapedeck::demos::step_through;
using tapedeck::test::list;
using tapedeck::test::says;
using tapedeck::test::test_seed;

namespace {

std::string printed(const std::string& model, const std::string& commands, ScriptOptions options = {}) {
    Session session(make_model(model, 1));
    std::istringstream in(commands);
    std::ostringstream out;
    run_script(session, in, out, options);
    return out.str();
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

}  // namespace

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
        CHECK(says(verdict, {"Yes, in " + std::to_string(moves) + " moves", seed % 3 == 1   ? "Swish"
                                                                            : seed % 3 == 2 ? "Softplus"
                                                                                            : "Softsign"}));
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
