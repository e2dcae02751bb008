// What a reader of the code found: states in which these tools once spoke or left behind something wrong.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <tapedeck/core/deck/page.hpp>
#include <tapedeck/tapedeck.hpp>

#include "../../support.hpp"

namespace td = tapedeck;
using td::test::error_text;
using td::test::list;
using td::test::says;
using td::test::test_seed;

namespace {

template <class T>
td::Tensor<T> draw(const td::Shape& shape, td::Random& rng) {
    auto t = td::Tensor<T>::from_shape(shape);
    for (T& v : t.storage()) v = static_cast<T>(rng.normal());
    return t;
}

/// Throws in its adjoint as long as it is told to.
bool adjoint_throws = false;
struct Moody final : td::Op<double> {
    std::string_view name() const override { return "Moody"; }
    std::string_view rule() const override { return "dx = dy, dz = dy"; }
    void forward(td::Forward<double>& f) override {
        f.each([](auto x, auto z) { return x + z; }, f.input(0), f.input(1));
    }
    void adjoint(td::Reverse<double>& r) override {
        r.each(
            0, [](auto dy) { return dy; }, r.upstream());
        if (adjoint_throws) throw td::ValueError("moody");
        r.each(
            1, [](auto dy) { return dy; }, r.upstream());
    }
};

/// Called as one of the library's, and of another kind: it reduces.
struct Exp final : td::Op<double> {
    std::string_view name() const override { return "Exp"; }
    std::string_view rule() const override { return "?"; }
    void forward(td::Forward<double>& f) override { f.output({}).storage()[0] = std::exp(f.input(0)(0, 0)); }
    void adjoint(td::Reverse<double>&) override {}
};

}  // namespace

TEST_CASE("what is recorded while a forward playback is paused still has old values at its end") {
    td::Tape<double> tape;
    const auto a = tape.variable(td::Tensor<double>(2.0));
    const auto b = a * a;
    tape.set(a, td::Tensor<double>(1.0));
    auto forward = tape.forward_playback();
    const auto c = td::tanh(b);
    forward.finish();
    CHECK_THROWS_AS(tape.backward(c), td::StaleVariableError);
    tape.play();
    tape.backward(c);
    CHECK(a.grad()() == doctest::Approx(2 * (1 - std::tanh(1) * std::tanh(1))));
}

TEST_CASE("a second forward playback does not vouch for what the first has taken back") {
    td::Tape<double> tape;
    const auto x = tape.variable(td::Tensor<double>(1.0));
    const auto y = td::square(x * 3);
    tape.set(x, td::Tensor<double>(5.0));
    auto first = tape.forward_playback();
    first.finish();
    auto second = tape.forward_playback();
    second.step();
    while (first.back()) {
    }
    second.finish();
    CHECK_THROWS_AS(tape.backward(y), td::StaleVariableError);
}

TEST_CASE("a BatchNorm that evaluated keeps the running statistics that it read") {
    td::Random rng(test_seed(3));
    td::BatchNorm<double> norm(3);
    td::Tape<double> tape;
    norm(tape.input(draw<double>({5, 3}, rng)));
    norm.eval();
    const auto x = tape.variable(draw<double>({5, 3}, rng));
    const auto loss = td::sum(td::square(norm(x)));
    norm.train();
    norm(tape.input(draw<double>({5, 3}, rng) * 4.0));
    const double before = loss.item();
    tape.backward(loss);
    CHECK(td::check_gradient(loss, x).ok);
    CHECK(loss.item() == before);
    tape.play(td::frozen);
    CHECK(loss.item() == before);
}

TEST_CASE_TEMPLATE("at a kink, and beside an infinity, what is right is called right", T, float, double) {
    td::Tape<T> tape;
    const auto x = tape.variable(td::Tensor<T>{T(0.2), T(-0.5), T(1.7)});
    const auto y = td::relu(td::relu(x - 1));
    const auto loss = td::sum(td::square(y) + y);
    tape.backward(loss);
    CHECK(td::wrong_adjoints(tape).empty());
    CHECK(td::check_gradient(loss, y).ok);

    const T inf = std::numeric_limits<T>::infinity();
    td::Tape<T> attention;
    const auto scores =
        attention.variable(td::Tensor<T>{{T(0.2), T(-0.5), T(1.7)}, {T(0.1), T(0.4), T(0.9)}});
    const auto masked = scores + td::Tensor<T>{{T(0), -inf, T(0)}, {T(0), T(0), -inf}};
    const auto weights = td::softmax(masked);
    const auto out = td::sum(td::square(weights));
    attention.backward(out);
    for (const auto& wrong : td::wrong_adjoints(attention)) FAIL_CHECK(wrong.text());
    for (const auto& v : {scores, masked, weights})
        CHECK_MESSAGE(td::check_gradient(out, v).ok, v.entry().text());
}

TEST_CASE("a step whose adjoint throws is as if it had not been") {
    td::Tape<double> tape;
    const auto x = tape.variable(td::Tensor<double>(1.0)), z = tape.variable(td::Tensor<double>(1.0));
    const auto y = tape.record<Moody>(td::Where::here(), {}, x, z);
    const auto loss = y * 3 + x;
    auto pass = tape.reverse(loss);
    pass.until("Moody");
    adjoint_throws = true;
    CHECK_THROWS_AS(pass.step(), td::ValueError);
    adjoint_throws = false;
    CHECK(pass.here().op() == "Moody");
    pass.finish();
    CHECK(x.grad()() == 4);
    CHECK(z.grad()() == 3);
}

TEST_CASE("until: what the pass does not come by is not waited for") {
    td::Tape<double> tape;
    td::Parameter<double> unread(td::Tensor<double>(1.0), "unread");
    const auto x = tape.variable(td::Tensor<double>(2.0));
    const auto p = tape.parameter(unread);
    const auto aux = td::exp(x * p).named("aux");
    const auto loss = td::tanh(td::square(x));
    auto pass = tape.reverse(loss);
    CHECK_FALSE(pass.until("aux"));
    CHECK(pass.steps() == 0);
    CHECK(pass.until("square"));  // as its function is called
    CHECK(pass.here().op() == "Square");
    CHECK_FALSE(pass.until(p));
    CHECK_FALSE(aux.has_grad());
}

TEST_CASE("paths of values that are no longer those of one run are refused") {
    td::Random rng(1);
    td::LayerNorm<double> norm(4);
    td::Tape<double> tape;
    const auto y = norm(tape.variable(draw<double>({2, 4}, rng)));
    tape.backward(td::sum(td::square(y)));
    CHECK_NOTHROW(td::paths(y));
    norm.weight->value *= 2.0;
    norm.weight->changed();
    CHECK(says(error_text<td::StaleVariableError>([&] { td::paths(y); }), {"paths (", "was changed"}));
}

TEST_CASE("a parameter's value of another size is never read beyond its end") {
    td::Random rng(1);
    td::Linear<float> fc(3, 2, rng, {.bias = false});
    td::Tape<float> tape;
    CHECK(fc(tape.input(td::ones<float>({2, 3}))).shape() == td::Shape{2, 2});
    fc.weight->value = td::ones<float>({40, 50});
    const auto y = fc(tape.input(td::ones<float>({2, 50})));
    CHECK(y.value()(1, 39) == 50);
}

TEST_CASE("the loss of what is nearly certain keeps its digits, so that its gradient can be checked") {
    for (const float margin : {4.0F, 8.0F, 12.0F}) {
        td::Tape<float> tape;
        const auto logits = tape.variable(td::Tensor<float>{{margin, 0}, {-0.5F * margin, 0.5F * margin}});
        const auto loss = td::cross_entropy(logits, {0, 1});
        CHECK(loss.item() ==
              doctest::Approx(std::log1p(std::exp(-static_cast<double>(margin)))).epsilon(1e-5));
        tape.backward(loss);
        CHECK_MESSAGE(td::check_gradient(loss, logits).ok, td::check_gradient(loss, logits).text());
        CHECK_MESSAGE(td::check_adjoint(loss).ok, td::check_adjoint(loss).text());
    }
}

TEST_CASE("a user's operation that is called as one of the library's has its story all the same") {
    td::Tape<double> tape;
    const auto y =
        tape.record<Exp>(td::Where::here(), {}, tape.variable(td::Tensor<double>{{1e4, 1}, {1, 1}}));
    CHECK(says(error_text<td::NonFiniteError>([&] { tape.backward(y); }), {"loss is inf", "entry #1, Exp"}));
}

TEST_CASE("a page's text may hold the page's own marks") {
    const std::string page =
        td::deck::page("{{style}} {{script}}", "{\"name\": \"{{data}} {{style}} {{title}}\"}");
    CHECK(says(page, {"<title>{{style}} {{script}}</title>"}));
    CHECK(page.find("{\"name\": \"{{data}} {{style}} {{title}}\"}") != std::string::npos);
}
