// Numeric gradients at any entry, and whose fault a wrong one is.
#include <doctest/doctest.h>

#include <cmath>

#include <tapedeck/tapedeck.hpp>

#include "../../support.hpp"

namespace td = tapedeck;
using td::test::error_text;
using td::test::list;
using td::test::says;

namespace {

/// y = x^2, with a sign that is wrong: dx = -dy * 2x.
template <class T>
struct WrongSquare final : td::Op<T> {
    std::string_view name() const override { return "WrongSquare"; }
    std::string_view rule() const override { return "dx = -dy * 2x"; }
    void forward(td::Forward<T>& f) override {
        f.each([](auto x) { return x * x; }, f.input(0));
    }
    void adjoint(td::Reverse<T>& r) override {
        r.each(
            0, [](auto dy, auto x) { return -(dy * (x + x)); }, r.upstream(), r.input(0));
    }
};

/// Hands nothing on at all.
template <class T>
struct Silent final : td::Op<T> {
    std::string_view name() const override { return "Silent"; }
    std::string_view rule() const override { return "?"; }
    void forward(td::Forward<T>& f) override {
        f.each([](auto x) { return x + x; }, f.input(0));
    }
    void adjoint(td::Reverse<T>&) override {}
};

template <class T>
td::Tensor<T> draw(const td::Shape& shape, td::Random& rng) {
    auto t = td::Tensor<T>::from_shape(shape);
    for (T& v : t.storage()) v = static_cast<T>(rng.normal());
    return t;
}

template <class T>
struct Net {
    td::Random rng{td::test::test_seed(9)};
    td::Sequential<T> layers;
    td::Tape<T> tape;
    td::Variable<T> loss;

    Net() {
        layers.add("fc1", td::Linear<T>(4, 6, rng)).add("bn", td::BatchNorm<T>(6)).add("act", td::Tanh<T>());
        layers.add("ln", td::LayerNorm<T>(6)).add("drop", td::Dropout<T>(0.3, rng));
        layers.add("fc2", td::Linear<T>(6, 3, rng));
        loss = td::cross_entropy(layers(tape.variable(draw<T>({8, 4}, rng))), {0, 1, 2, 0, 1, 2, 0, 1});
    }
};

template <class T>
std::vector<std::vector<T>> everything(const Net<T>& net) {
    std::vector<std::vector<T>> all;
    for (const auto& e : net.tape) {
        all.push_back(list(e.value()));
        if (e.has_grad()) all.push_back(list(e.grad()));
    }
    auto& layers = const_cast<td::Sequential<T>&>(net.layers);
    for (const auto& [name, buffer] : layers.named_buffers()) all.push_back(list(*buffer));
    return all;
}

}  // namespace

TEST_CASE("numeric gradients agree with recorded ones at every entry, and leave everything as it was") {
    Net<double> net;
    net.tape.backward(net.loss);
    const auto before = everything(net);
    for (const auto& entry : net.tape) {
        CAPTURE(entry.text());
        const auto numeric = td::numeric_gradient(net.loss, net.tape.at(entry.index()));
        for (std::size_t i = 0; i < entry.value().size(); ++i) {
            CHECK(numeric.value.storage()[i] == doctest::Approx(entry.grad().storage()[i]).epsilon(1e-6));
            CHECK(numeric.uncertainty.storage()[i] < 1e-6);
        }
    }
    CHECK(everything(net) == before);
    // The masks and the statistics that the adjoints keep are those of the recorded run as well.
    const auto gradient = list(net.layers.parameters()[0]->grad);
    net.layers.zero_grad();
    net.tape.backward(net.loss);
    CHECK(list(net.layers.parameters()[0]->grad) == gradient);
}

TEST_CASE("numeric gradients of chosen elements, the others are nan") {
    Net<double> net;
    net.tape.backward(net.loss);
    const auto x = net.tape.at(0);
    const std::vector<std::size_t> chosen{3, 17};
    const auto numeric = td::numeric_gradient(net.loss, x, chosen);
    for (std::size_t i = 0; i < 32; ++i) CHECK(std::isnan(numeric.value.storage()[i]) == (i != 3 && i != 17));
    const auto unrelated = net.tape.variable(td::ones<double>({2}));
    CHECK(list(td::numeric_gradient(net.loss, unrelated).value) == std::vector<double>{0, 0});
    CHECK(list(td::numeric_gradient(net.loss, net.loss).value)[0] == doctest::Approx(1));
    const std::vector<std::size_t> beyond{32};
    CHECK(says(error_text<td::ValueError>([&] { td::numeric_gradient(net.loss, x, beyond); }),
               {"numeric_gradient (", "element 32", "has 32"}));
    CHECK(says(error_text<td::ShapeError>([&] { td::numeric_gradient(x, x); }),
               {"numeric_gradient (", "(8, 4)"}));
}

TEST_CASE_TEMPLATE("check_gradient and check_adjoint pass all that is right", T, float, double) {
    Net<T> net;
    net.tape.backward(net.loss);
    const auto before = everything(net);
    for (const auto& entry : net.tape) {
        const auto v = net.tape.at(entry.index());
        const auto gradient = td::check_gradient(net.loss, v);
        CHECK_MESSAGE(gradient.ok, gradient.text());
        CHECK(gradient.compared == std::min<std::size_t>(64, entry.value().size()));
        if (entry.is_leaf()) continue;
        const auto adjoint = td::check_adjoint(v);
        CHECK_MESSAGE(adjoint.ok, adjoint.text());
    }
    CHECK(everything(net) == before);
}

TEST_CASE_TEMPLATE("a wrong sign shows in every gradient before it, and check_adjoint names the culprit", T,
                   float, double) {
    td::Random rng(td::test::test_seed(2));
    td::Tape<T> tape;
    const auto x = tape.variable(draw<T>({3, 4}, rng), "x");
    const auto a = td::tanh(x);
    const auto b = tape.template record<WrongSquare<T>>(td::Where::here(), {}, a).named("square");
    const auto c = td::sigmoid(b);
    const auto loss = td::mse_loss(c, 0.2);
    tape.backward(loss);
    CHECK(td::check_gradient(loss, c).ok);
    CHECK(td::check_gradient(loss, b).ok);
    const auto wrong = td::check_gradient(loss, a);
    CHECK_FALSE(wrong.ok);
    CHECK(wrong.wrong == 12);
    CHECK(wrong.got == doctest::Approx(-wrong.expected).epsilon(0.02));
    CHECK(says(wrong.text(), {"the gradient of entry #1, Tanh", "is WRONG in 12 of 12", "element (",
                              "of #1's gradient", "differences say"}));
    CHECK_FALSE(td::check_gradient(loss, x).ok);
    CHECK(td::check_adjoint(a).ok);
    CHECK(td::check_adjoint(c).ok);
    CHECK(td::check_adjoint(loss).ok);
    const auto culprits = td::wrong_adjoints(tape);
    REQUIRE(culprits.size() == 1);
    const auto& culprit = culprits[0];
    CHECK(culprit.entry == b.index());
    CHECK(culprit.worst_entry == a.index());
    CHECK(says(culprit.text(), {"the adjoint of entry #2, WrongSquare \"square\"", "is WRONG"}));
}

TEST_CASE("an adjoint that hands nothing on is wrong") {
    td::Tape<double> tape;
    const auto x = tape.variable(td::Tensor<double>{1, 2}, "x");
    const auto y = tape.record<Silent<double>>(td::Where::here(), {}, x);
    const auto check = td::check_adjoint(y);
    CHECK_FALSE(check.ok);
    CHECK(check.got == 0);
    CHECK(check.expected != 0);
    CHECK_THROWS_AS(td::check_adjoint(x), td::ValueError);
    CHECK_THROWS_AS(td::check_adjoint(td::tanh(tape.input(td::Tensor<double>{1, 2}))),
                    td::StaleVariableError);
    CHECK_THROWS_AS(td::check_gradient(td::sum(y), x), td::StaleVariableError);
}
