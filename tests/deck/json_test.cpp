// A tape as JSON.
#include <tapedeck/core/inspect/json.hpp>
#include <tapedeck/core/ops/ops.hpp>

#include <limits>
#include <nlohmann/json.hpp>

#include "../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

TEST_CASE("json: every entry with what the documentation promises") {
    Tape<float> tape;
    Parameter<float> w(tensor({2}, {3, 4}), "w");
    const auto scope = tape.scope("model");
    const auto x = tape.input(tensor({2}, {1, 2}), "x");
    const auto loss = sum(x * tape.parameter(w)).named("loss");
    const int line = __LINE__ - 1;
    tape.backward(loss);
    const auto json = nlohmann::json::parse(to_json(tape));
    CHECK(json["format"] == "tapedeck tape");
    CHECK(json["version"] == 1);
    CHECK(json["type"] == "float32");
    REQUIRE(json["entries"].size() == 4);
    const auto& product = json["entries"][2];
    CHECK(product["index"] == 2);
    CHECK(product["op"] == "Multiply");
    CHECK(product["name"] == "");
    CHECK(product["scope"] == "model");
    CHECK(product["rule"] == tape[2].rule());
    CHECK(product["file"].get<std::string>().ends_with("json_test.cpp"));
    CHECK(product["line"] == line);
    CHECK(product["shape"] == nlohmann::json({2}));
    CHECK(product["inputs"] == nlohmann::json({0, 1}));
    CHECK(product["needs_gradient"] == true);
    CHECK(product["contributions"] == 1);
    CHECK_FALSE(product.contains("value"));
    CHECK_FALSE(product.contains("gradient"));
    CHECK(json["entries"][0]["needs_gradient"] == false);
    CHECK(json["entries"][1]["name"] == "w");
    CHECK(json["entries"][3]["shape"] == nlohmann::json::array());
}

TEST_CASE("json: numbers read back as the same bits") {
    Tape<float> tape;
    const std::vector<double> delicate{0.1, 1.0 / 3, 3.4028234e38, 1e-45, -0.0, 16777217, 1e10, 123456.789};
    Tensor<float> values = Tensor<float>::from_shape({delicate.size()});
    for (std::size_t i = 0; i < delicate.size(); ++i) values.storage()[i] = static_cast<float>(delicate[i]);
    const auto x = tape.variable(values);
    tape.backward(x * x, values);
    const std::string text = to_json(tape, {.values = true, .gradients = true});
    CHECK(text.find("0.1,") != std::string::npos);  // not 0.10000000149011612
    const auto json = nlohmann::json::parse(text);
    for (const char* what : {"value", "gradient"}) {
        const auto& read = json["entries"][0][what];
        const Tensor<float>& tensor = what == std::string("value") ? x.value() : x.grad();
        REQUIRE(read.size() == tensor.size());
        for (std::size_t i = 0; i < tensor.size(); ++i) {
            CAPTURE(i);
            if (std::isinf(tensor.storage()[i]))
                CHECK(read[i] == "inf");
            else
                CHECK(read[i].get<float>() == tensor.storage()[i]);
        }
    }
    Tape<double> precise;
    precise.variable(tensor<double>({2}, {0.1, 1.0 / 3}));
    const auto doubles = nlohmann::json::parse(to_json(precise, {.values = true, .gradients = true}));
    CHECK(doubles["type"] == "float64");
    CHECK(doubles["entries"][0]["value"][1].get<double>() == 1.0 / 3);
    CHECK(doubles["entries"][0]["gradient"].is_null());
}

TEST_CASE("json: what JSON has no number for is named") {
    Tape<float> tape;
    const float inf = std::numeric_limits<float>::infinity();
    tape.input(tensor({3}, {std::nan(""), inf, -inf}));
    const auto json = nlohmann::json::parse(to_json(tape, {.values = true}));
    CHECK(json["entries"][0]["value"] == nlohmann::json({"nan", "inf", "-inf"}));
}

TEST_CASE("json: names of any bytes, and a tape without entries") {
    Tape<float> tape;
    CHECK(nlohmann::json::parse(to_json(tape))["entries"].empty());
    tape.input(tensor({1}, {1}), "a \"b\"\n\\ \xff");
    const auto json = nlohmann::json::parse(to_json(tape));
    CHECK(json["entries"][0]["name"] == "a \"b\"\n\\ \xEF\xBF\xBD");
}
