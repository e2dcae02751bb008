// A deck's file: what is in it, how large it is, and that it is there as a whole or not at all.
#include <tapedeck/tapedeck.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "../demos/temporary_folder.hpp"
#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

std::string read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

nlohmann::json data_of(const std::string& html) {
    const std::string mark = "<script type=\"application/json\" id=\"deck-data\">";
    const auto start = html.find(mark) + mark.size();
    return nlohmann::json::parse(html.substr(start, html.find("</script>", start) - start));
}

/// A chain of `steps` matmuls and tanhs, each in a scope.
Variable<float> chain(Tape<float>& tape, Parameter<float>& w, int steps) {
    auto h = tape.input(full<float>({16, 32}, 0.123F), "h0");
    for (int i = 0; i < steps; ++i) {
        const auto scope = tape.scope("t" + std::to_string(i));
        h = tanh(matmul(h, tape.parameter(w)));
    }
    return mean(square(h));
}

Parameter<float> weight() {
    Random rng(3);
    Tensor<float> w = Tensor<float>::from_shape({32, 32});
    for (float& x : w.storage()) x = static_cast<float>(0.2 * rng.normal());
    return Parameter<float>(w, "w");
}

}  // namespace

TEST_CASE("deck: a file holds the page and the tape, and asks for nothing else") {
    const TemporaryFolder folder;
    const std::string file = (folder.path / "tape.html").string();
    Tape<double> tape;
    const auto x = tape.variable(tensor<double>({2, 2}, {0.5, -1, 2, 0.25}), "x");
    const auto y = (x * x).named("y");
    const auto loss = sum(y);
    tape.backward(loss);
    write_deck(tape, loss, file);
    const std::string html = read(file);
    CHECK(html.starts_with("<!DOCTYPE html>"));
    CHECK(html.find("<title>tape</title>") != std::string::npos);
    CHECK(html.find("{{") == std::string::npos);
    CHECK(html.find("src=") == std::string::npos);
    CHECK(html.find("@import") == std::string::npos);
    const auto data = data_of(html);
    CHECK(data["format"] == "tapedeck deck");
    CHECK(data["version"] == 1);
    CHECK(data["type"] == "float64");
    const auto& frame = data["tapes"][0]["frames"][0];
    CHECK(frame["loss"] == 2);
    REQUIRE(frame["entries"].size() == 3);
    CHECK(frame["entries"][0]["v"]["d"] == nlohmann::json({0.5, -1, 2, 0.25}));
    CHECK(frame["entries"][0]["g"]["d"] == nlohmann::json({1, -2, 4, 0.5}));
    // x * x hands to x twice, and both come from entry 1.
    REQUIRE(frame["entries"][0]["a"].size() == 2);
    CHECK(frame["entries"][0]["a"][0][0] == 1);
    CHECK(frame["entries"][0]["a"][0][2] == 1);
    CHECK(frame["entries"][0]["a"][1][2] == 0);
    CHECK(frame["entries"][1]["ca"]["ok"] == true);
    CHECK(frame["entries"][0]["cg"]["ok"] == true);
    CHECK(frame["entries"][0]["n"]["v"][2].get<double>() == doctest::Approx(4));
    CHECK_FALSE(std::filesystem::exists(file + ".part"));
}

TEST_CASE("deck: names can't end the element that they stand in") {
    Tape<float> tape;
    const std::string evil = "</script><b>{{data}}&\xff";
    const auto x = tape.variable(tensor({2}, {1, 2}), evil);
    Deck<float> deck({.title = "a <b> & \"c\" {{script}}"});
    deck.add("one", "step 0", sum(x));
    const std::string html = deck.html();
    CHECK(html.find("<b>") == std::string::npos);
    CHECK(html.find("<title>a &lt;b&gt; &amp; &quot;c&quot; {{script}}</title>") != std::string::npos);
    const auto data = data_of(html);
    CHECK(data["title"] == "a <b> & \"c\" {{script}}");
    bool found = false;
    for (const auto& text : data["texts"]) found = found || text == "</script><b>{{data}}&\xEF\xBF\xBD";
    CHECK(found);
}

TEST_CASE("deck: without a reverse pass one is run, and the parameters keep their gradients") {
    Tape<float> tape;
    auto w = weight();
    w.grad(0, 0) = 42;
    const auto loss = chain(tape, w, 2);
    Deck<float> deck;
    deck.add("", "", loss);
    CHECK(w.grad(0, 0) == 42);
    CHECK(w.grad(1, 1) == 0);
    CHECK(loss.has_grad());
    const auto data = data_of(deck.html());
    CHECK(data["tapes"][0]["frames"][0]["entries"][1].contains("g"));
}

TEST_CASE("deck: values and gradients are as they were afterwards") {
    Tape<float> tape;
    auto w = weight();
    const auto loss = chain(tape, w, 3);
    tape.backward(loss);
    std::vector<std::vector<float>> values, gradients;
    for (const auto& entry : tape) {
        values.push_back(list(entry.value()));
        gradients.push_back(entry.has_grad() ? list(entry.grad()) : std::vector<float>{});
    }
    Deck<float> deck;
    deck.add("", "", loss);
    for (const auto& entry : tape) {
        CHECK(list(entry.value()) == values[entry.index()]);
        CHECK((entry.has_grad() ? list(entry.grad()) : std::vector<float>{}) == gradients[entry.index()]);
    }
    Deck<float> again;
    again.add("", "", loss);
    CHECK(deck.html("x") == again.html("x"));  // to the byte: nothing in it depends on the clock
}

TEST_CASE("deck: the budget holds, and what does not fit is sampled") {
    Tape<float> tape;
    auto w = weight();
    const auto loss = chain(tape, w, 40);
    const auto shown = [&](std::size_t budget) {
        Deck<float> deck({.budget = budget, .effort = 0.05});
        deck.add("", "", loss);
        const std::string html = deck.html();
        CHECK(html.size() <= budget);
        const auto data = data_of(html);
        const auto& entry = data["tapes"][0]["frames"][0]["entries"][3];
        return entry["v"].value("r", 1) * entry["v"].value("c", 1);
    };
    CHECK(shown(2'000'000) == 1);
    const int some = shown(400'000);
    CHECK(some > 1);
    CHECK(shown(250'000) > some);
    Deck<float> deck({.budget = 1000, .effort = 0});
    deck.add("", "", loss);
    CHECK(says(error_text<ValueError>([&] { deck.html(); }),
               {"Deck::write", "1000", "Raise DeckOptions::budget"}));
}

TEST_CASE("deck: without effort nothing is computed by differences") {
    Tape<float> tape;
    auto w = weight();
    Deck<float> deck({.effort = 0});
    deck.add("", "", chain(tape, w, 2));
    const auto data = data_of(deck.html());
    for (const auto& entry : data["tapes"][0]["frames"][0]["entries"]) {
        CHECK_FALSE(entry.contains("n"));
        CHECK_FALSE(entry.contains("ca"));
        CHECK_FALSE(entry.contains("cg"));
    }
}

TEST_CASE("deck: a normalization says what it is taken over, and by which paths its gradient comes") {
    Tape<double> tape;
    const auto x = tape.variable(tensor<double>({2, 3}, {1, 2, 4, -1, 0.5, 3}));
    const auto y = layer_norm(x, {3});
    const auto loss = sum(y * tensor<double>({2, 3}, {1, -2, 3, 0.5, 1, 2}));
    Deck<double> deck;
    deck.add("", "", loss);
    const auto data = data_of(deck.html());
    const auto& norm = data["tapes"][0]["frames"][0]["entries"][1]["norm"];
    CHECK(norm["group"] == nlohmann::json({{"run", 3}, {"count", 2}}));
    CHECK(norm["has_mean"] == true);
    REQUIRE(norm["paths"].size() == 3);

    Tape<double> other;
    const auto by_channel = batch_norm(other.variable(x.value()), nullptr);
    Deck<double> second;
    second.add("", "", sum(square(by_channel)));
    CHECK(data_of(second.html())["tapes"][0]["frames"][0]["entries"][1]["norm"]["group"] ==
          nlohmann::json({{"run", 1}, {"count", 3}}));
}

TEST_CASE("deck: several moments of one tape share their program") {
    Deck<float> deck({.effort = 0});
    auto w = weight();
    for (const char* moment : {"step 0", "step 1"}) {
        Tape<float> tape;
        deck.add("chain", moment, chain(tape, w, 2));
    }
    Tape<float> longer;
    deck.add("longer", "step 1", chain(longer, w, 3));
    const auto data = data_of(deck.html());
    CHECK(data["programs"].size() == 2);
    REQUIRE(data["tapes"].size() == 2);
    CHECK(data["tapes"][0]["frames"].size() == 2);
    CHECK(data["tapes"][0]["frames"][1]["label"] == "step 1");
    CHECK(data["tapes"][1]["name"] == "longer");
}

TEST_CASE("deck: a file that can't be written says so, and leaves what was there") {
    const TemporaryFolder folder;
    Tape<float> tape;
    const auto loss = sum(tape.variable(tensor({2}, {1, 2})));
    const std::string nowhere = (folder.path / "no" / "such" / "tape.html").string();
    CHECK(says(error_text<FileError>([&] { write_deck(tape, loss, nowhere); }),
               {"write_deck", nowhere, "No such file or directory", "Choose a file in a folder"}));
    CHECK(says(error_text<FileError>([&] { write_deck(tape, loss, ""); }), {"write_deck", "without a name"}));
    // A folder in its place: what is written beside it goes away again.
    const auto taken = folder.path / "taken";
    std::filesystem::create_directories(taken / "inside");
    CHECK(says(error_text<FileError>([&] { write_deck(tape, loss, taken.string()); }), {"taken"}));
    CHECK(std::filesystem::exists(taken / "inside"));
    CHECK_FALSE(std::filesystem::exists(folder.path / "taken.part"));

    const auto file = folder.path / "tape.html";
    std::ofstream(file) << "old";
    write_deck(tape, loss, file.string());
    CHECK(read(file).starts_with("<!DOCTYPE html>"));
}

TEST_CASE("deck: a loss that is not finite is shown, with its story") {
    Tape<float> tape;
    const auto loss = mean(log(tape.variable(tensor({2}, {0, 1}), "x")));
    Deck<float> deck;
    deck.add("", "", loss);
    const auto frame = data_of(deck.html())["tapes"][0]["frames"][0];
    CHECK(frame["story"]["entry"] == 1);
    CHECK(frame["story"]["text"].get<std::string>().find("log of 0") != std::string::npos);
    CHECK(frame["entries"][1]["v"]["s"][7] == 1);
    CHECK(frame["entries"][0].contains("g"));
    CHECK(frame["entries"][0]["a"][0][3] == "inf");  // what log handed on, 1 / 0
}

TEST_CASE("deck: misuse is refused") {
    Tape<float> tape, other;
    const auto x = tape.variable(tensor({2}, {1, 2}));
    Deck<float> deck;
    CHECK(
        says(error_text<ValueError>([&] { deck.html(); }), {"nothing to write", "add(tape, moment, loss)"}));
    CHECK(says(error_text<ShapeError>([&] { deck.add("", "", x); }), {"Deck::add", "(2)", "2 elements"}));
    const auto loss = sum(x);
    CHECK(says(error_text<StaleVariableError>([&] { write_deck(other, loss, "x.html"); }), {"write_deck"}));
    CHECK_FALSE(std::filesystem::exists("x.html"));
    const auto constant = sum(tape.input(tensor({2}, {1, 2})));
    CHECK_FALSE(error_text<StaleVariableError>([&] { deck.add("", "", constant); }).empty());
    Parameter<float> w = weight();
    const auto trained = chain(tape, w, 1);
    tape.backward(trained);
    SGD<float>({&w}, {.lr = 0.1}).step();
    CHECK(says(error_text<StaleVariableError>([&] { deck.add("", "", trained); }),
               {"(deck_test.cpp:", "parameter w was changed"}));
}
