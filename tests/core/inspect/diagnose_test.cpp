// diagnose: each thing that it finds, planted, and beside it the sound one.
#include <limits>

#include <tapedeck/tapedeck.hpp>

#include "../../support.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

using V = Variable<float>;
using Kind = Finding::Kind;

Tensor<float> draw(const Shape& shape, std::uint64_t seed, double deviation = 1) {
    Random rng(seed);
    Tensor<float> x = Tensor<float>::from_shape(shape);
    for (float& v : x.storage()) v = static_cast<float>(rng.normal(0, deviation));
    return x;
}

/// A model, a batch, and what was found after a backward.
struct Case {
    Random rng{5};
    Sequential<float> net;
    Tape<float> tape;

    Case() { net.named("net"); }
    V batch(double deviation = 1) { return tape.input(draw({32, 6}, 3, deviation)); }
    Diagnosis diagnosis(const DiagnoseOptions<float>& options = {}) {
        return diagnose(tape, net.named_parameters(), options);
    }
};

const Finding* find(const Diagnosis& d, Kind kind, const std::string& parameter = "") {
    for (const Finding& f : d.findings) {
        if (f.kind == kind && f.parameter == parameter) return &f;
    }
    return nullptr;
}

}  // namespace

TEST_CASE("diagnose: a sound model is well, in one line") {
    Case c;
    c.net.add("fc1", Linear<float>(6, 8, c.rng)).add("norm", LayerNorm<float>(8)).add("act", Tanh<float>());
    c.net.add("fc2", Linear<float>(8, 2, c.rng));
    c.tape.backward(mean(square(c.net(c.batch()))));
    const Diagnosis d = c.diagnosis({.lr = 0.01});
    CHECK_MESSAGE(d.ok(), d.text());
    CHECK(says(d.text(), {"all is well: ", "6 of 6 parameters have gradients, of norm ", "saturated",
                          "updates are 10^-", " of the weights."}));
    CHECK(d.text().find('\n') == std::string::npos);
    CHECK(diagnose(c.tape, c.net.parameters(), {.lr = 0.01}).text() == d.text());
}

TEST_CASE("diagnose: parameters that got no gradient, and why") {
    Case c;
    Linear<float> used(6, 4, c.rng), unread(6, 4, c.rng), aside(4, 4, c.rng), quiet(4, 4, c.rng),
        cut(4, 4, c.rng);
    Parameter<float> idle(ones<float>({2}), "idle");
    const ParameterNames<float> names{{"used", &*used.weight},   {"unread", &*unread.weight},
                                      {"aside", &*aside.weight}, {"quiet", &*quiet.weight},
                                      {"cut", &*cut.weight},     {"idle", &idle}};
    const V h = used(c.batch());
    const V other = aside(h);
    V silent;
    {
        const auto pause = c.tape.pause();
        silent = quiet(h);
    }
    const V detached = detach(cut(h));
    c.tape.parameter(idle);
    const V loss = mean(square(h) + silent + detached);
    const auto say = [](const Diagnosis& d, const char* name, std::initializer_list<std::string_view> parts) {
        CAPTURE(name);
        CAPTURE(d.text());
        const Finding* f = find(d, Kind::no_gradient, name);
        REQUIRE(f != nullptr);
        CHECK(says(f->text, parts));
    };
    say(diagnose(c.tape, names), "used", {"used got no gradient: no reverse pass has run"});
    c.tape.backward(loss);
    const Diagnosis d = diagnose(c.tape, names);
    CHECK(d.findings.size() == 5);
    CHECK(find(d, Kind::no_gradient, "used") == nullptr);
    say(d, "unread", {"unread got no gradient: nothing on this tape reads it"});
    say(d, "aside",
        {"entry #", "read it, but the loss, ", "Mean (diagnose_test.cpp:", "does not depend on it"});
    say(d, "quiet", {"Linear (diagnose_test.cpp:", "recorded while the tape was paused"});
    say(d, "cut", {"Detach (diagnose_test.cpp:", "detached it on the way to the loss"});
    say(d, "idle", {"Parameter \"idle\"", "no operation used it"});
    CHECK(find(d, Kind::no_gradient, "unread")->entry == std::nullopt);
    CHECK(c.tape[*find(d, Kind::no_gradient, "aside")->entry].parameter() == &*aside.weight);
    CHECK(says(d.text(), {"5 findings:\n- ", "\n- ", "measured: ", "1 of 6 parameters have gradients"}));
    CHECK(other.has_grad() == false);
}

TEST_CASE("diagnose: gradients that are exactly zero, and dead ReLUs") {
    Case c;
    c.net.add("fc1", Linear<float>(6, 8, c.rng)).add("act", ReLU<float>());
    c.net.add("fc2", Linear<float>(8, 2, c.rng));
    auto& fc1 = static_cast<Linear<float>&>(c.net[0]);
    const auto run = [&] {
        c.tape.rewind();
        c.net.zero_grad();
        c.tape.backward(mean(square(c.net(c.batch()))));
        return c.diagnosis();
    };
    fc1.bias->value = full<float>({8}, 10);  // all alive
    CHECK_MESSAGE(run().ok(), run().text());

    fc1.bias->value(2) = -100;
    fc1.bias->value(5) = -100;
    Diagnosis d = run();
    REQUIRE(d.findings.size() == 1);
    CHECK(d.findings[0].kind == Kind::dead_units);
    CHECK(d.findings[0].number == 2);
    CHECK(says(d.findings[0].text,
               {"ReLU in net/act (diagnose_test.cpp:", "2 of 8 units are dead: 0 in all 32 rows"}));
    CHECK(says(d.text(), {"1 finding:", "2 of 8 ReLUs are dead"}));

    fc1.bias->value = full<float>({8}, -100);
    d = run();
    CHECK(find(d, Kind::dead_units)->number == 8);
    CHECK(says(find(d, Kind::zero_gradient, "fc1.weight")->text,
               {"the gradient of fc1.weight is exactly zero", "entry #", "Linear in net/fc1"}));
    CHECK(find(d, Kind::zero_gradient, "fc1.bias") != nullptr);
    CHECK(find(d, Kind::zero_gradient, "fc2.weight") != nullptr);  // what it multiplies is 0
    CHECK(find(d, Kind::zero_gradient, "fc2.bias") == nullptr);
}

TEST_CASE("diagnose: a batch of one has no dead units") {
    Tape tape;
    relu(tape.variable(tensor({1, 2}, {-1, 1})));
    relu(tape.variable(tensor({2, 2}, {-1, 1, 1, 1})));
    CHECK(diagnose(tape, ParameterNames<float>{}).ok());
    relu(tape.variable(tensor({2, 2}, {-1, 1, -1, 1})));
    CHECK(says(diagnose(tape, ParameterNames<float>{}).text(), {"1 of 2 units are dead", "a larger batch"}));
}

TEST_CASE("diagnose: saturated tanh and sigmoid") {
    for (const bool sigmoid_too : {false, true}) {
        CAPTURE(sigmoid_too);
        for (const double deviation : {0.5, 20.0}) {
            CAPTURE(deviation);
            Tape tape;
            const auto scope = tape.scope("layer");
            const V x = tape.variable(draw({32, 6}, 3, deviation));
            const V y = sigmoid_too ? sigmoid(x) : tanh(x);
            const Diagnosis d = diagnose(tape, ParameterNames<float>{});
            CHECK(d.found(Kind::saturated_units) == (deviation > 1));
            if (d.ok()) continue;
            std::size_t flat = 0;
            for (const float v : y.value())
                flat += (sigmoid_too ? v < 0.03F || v > 0.97F : std::abs(v) > 0.97F) ? 1U : 0U;
            CHECK(d.findings[0].number == doctest::Approx(static_cast<double>(flat) / (32 * 6)));
            CHECK(d.findings[0].entry == y.index());
            CHECK(says(d.text(), {sigmoid_too ? "Sigmoid in layer (diagnose_test.cpp:" : "Tanh in layer",
                                  "% of its outputs are saturated", sigmoid_too ? "0.03 … 0.97" : "0.97"}));
        }
    }
}

TEST_CASE("diagnose: updates that are too large or too small") {
    Case c;
    c.net.add("fc", Linear<float>(6, 8, c.rng));
    auto& weight = *static_cast<Linear<float>&>(c.net[0]).weight;
    c.tape.backward(mean(square(c.net(c.batch()))));
    const auto deviation = [](const Tensor<float>& x) {
        double mean = 0, squares = 0;
        for (const float v : x) mean += v / static_cast<double>(x.size());
        for (const float v : x) squares += (v - mean) * (v - mean);
        return std::sqrt(squares / static_cast<double>(x.size() - 1));
    };
    const double good = 1e-3 * deviation(weight.value) / deviation(weight.grad);
    CHECK(c.diagnosis({.lr = good}).ok());
    CHECK(says(c.diagnosis({.lr = good}).text(), {"updates are 10^-3.0 … 10^-3.0"}));
    const Diagnosis large = c.diagnosis({.lr = 200 * good});
    REQUIRE(find(large, Kind::update_ratio, "fc.weight") != nullptr);
    CHECK(find(large, Kind::update_ratio, "fc.weight")->number == doctest::Approx(std::log10(0.2)));
    CHECK(says(large.text(), {"the update of fc.weight is 10^-0.7", "10^-3", "a smaller learning rate"}));
    const Diagnosis small = c.diagnosis({.lr = good / 200});
    CHECK(says(small.text(), {"the update of fc.weight is 10^-5.3", "a larger learning rate"}));
    CHECK(c.diagnosis({.lr = 200 * good, .update_tolerance = 3}).ok());
    CHECK_FALSE(c.diagnosis().found(Kind::update_ratio));  // nobody asked

    // What a step really did, whatever the optimizer.
    const auto parameters = c.net.parameters();
    for (const double rate : {good, 200 * good}) {
        const auto before = values_of(parameters);
        SGD<float>(parameters, {.lr = rate}).step();
        CHECK(c.diagnosis({.lr = 1e9, .before = before}).found(Kind::update_ratio) == (rate > good));
    }
    CHECK(says(c.diagnosis({.before = values_of(parameters)}).text(), {"fc.weight was not updated at all"}));
}

TEST_CASE("diagnose: a BatchNorm evaluated before it was trained") {
    Case c;
    c.net.add("fc", Linear<float>(6, 4, c.rng)).add("norm", BatchNorm<float>(4));
    SUBCASE("in training it uses the batch's statistics") {
        c.tape.backward(mean(square(c.net(c.batch()) + 1)));
        CHECK_FALSE(c.diagnosis().found(Kind::unused_statistics));
    }
    SUBCASE("never trained") {
        c.net.eval();
        const V y = c.net(c.batch());
        const Diagnosis d = c.diagnosis();
        REQUIRE(find(d, Kind::unused_statistics) != nullptr);
        CHECK(find(d, Kind::unused_statistics)->entry == y.index());
        CHECK(says(find(d, Kind::unused_statistics)->text,
                   {"BatchNorm in net/norm (diagnose_test.cpp:", "num_batches_tracked is 0"}));
    }
    SUBCASE("trained on one batch") {
        c.net(c.batch());
        c.tape.rewind();
        c.net.eval();
        c.net(c.batch());
        CHECK_FALSE(c.diagnosis().found(Kind::unused_statistics));
    }
}

TEST_CASE("diagnose: values and gradients that are not finite") {
    Case c;
    c.net.add("fc", Linear<float>(6, 2, c.rng));
    const V y = c.net(c.batch());
    const V root = sqrt(square(y) * 0);
    c.tape.backward(sum(root));
    Diagnosis d = c.diagnosis();
    CHECK(find(d, Kind::non_finite) == nullptr);
    REQUIRE(find(d, Kind::non_finite, "fc.weight") != nullptr);
    CHECK(find(d, Kind::non_finite, "fc.weight")->number == 12);
    CHECK(says(find(d, Kind::non_finite, "fc.weight")->text,
               {"gradient of fc.weight is not finite: 12 of 12 values are nan", "detect_anomaly()"}));
    const V bad = log(root);
    d = c.diagnosis();
    REQUIRE(find(d, Kind::non_finite) != nullptr);
    CHECK(find(d, Kind::non_finite)->entry == bad.index());
    CHECK(says(d.text(), {"The first non-finite value on the tape is entry #", "log of 0"}));
}

TEST_CASE("diagnose: what does not fit is refused") {
    Case c;
    c.net.add("fc", Linear<float>(6, 2, c.rng));
    CHECK(says(error_text<ValueError>([&] { c.diagnosis({.before = {ones<float>({1})}}); }),
               {"diagnose (diagnose_test.cpp:", "before has 1 values, and there are 2 parameters"}));
    CHECK(says(error_text<ValueError>([&] {
                   c.diagnosis({.before = {ones<float>({1}), ones<float>({2})}});
               }),
               {"before fc.weight was (1), and is now (2, 6)"}));
    CHECK(says(error_text<ValueError>([&] { diagnose(c.tape, std::vector<Parameter<float>*>{nullptr}); }),
               {"diagnose (diagnose_test.cpp:", "parameter number 0 is null"}));
}
