// What each adjoint hands on.
#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../../support.hpp"

namespace td = tapedeck;
using td::test::list;

namespace {

using D = td::Variable<double>;

td::Tensor<double> draw(const td::Shape& shape, td::Random& rng) {
    auto t = td::Tensor<double>::from_shape(shape);
    for (double& v : t.storage()) v = rng.normal();
    return t;
}

}  // namespace

TEST_CASE("deposits: which input got what, assigned or added") {
    td::Tape<double> tape;
    const D x = tape.variable(td::Tensor<double>{2, -1}, "x");
    const D y = x * x;
    const D z = td::sum(y * x);
    auto pass = tape.reverse(z);
    CHECK(pass.deposits().empty());
    pass.step();
    auto all = pass.deposits();  // of the sum
    REQUIRE(all.size() == 1);
    CHECK(all[0].from == z.index());
    CHECK(all[0].first);
    CHECK(list(all[0].value) == std::vector<double>{1, 1});
    pass.step();
    all = pass.deposits();  // of y * x
    REQUIRE(all.size() == 2);
    CHECK(all[0].to == y.index());
    CHECK(all[0].position == 0);
    CHECK(list(all[0].value) == std::vector<double>{2, -1});
    CHECK(all[1].to == x.index());
    CHECK(all[1].position == 1);
    CHECK(list(all[1].value) == std::vector<double>{4, 1});
    CHECK(all[1].first);
    pass.step();
    all = pass.deposits();  // of x * x: one entry stands on both sides
    REQUIRE(all.size() == 2);
    CHECK(list(all[0].value) == std::vector<double>{4, 1});
    CHECK(list(all[1].value) == std::vector<double>{4, 1});
    CHECK_FALSE(all[0].first);
    CHECK_FALSE(all[1].first);
    CHECK(list(x.grad()) == std::vector<double>{12, 3});
    pass.back();
    CHECK(pass.deposits()[1].first);
    CHECK(list(x.grad()) == std::vector<double>{4, 1});

    tape.backward(y, td::ones<double>({2}));
    all = td::deposits(y);
    CHECK(all[0].first);
    CHECK_FALSE(all[1].first);
    CHECK_THROWS_AS(td::deposits(z), td::StaleVariableError);
    CHECK_THROWS_AS(td::deposits(x), td::ValueError);
}

TEST_CASE("deposits add up to the gradients, and asking for them changes nothing") {
    for (const auto norm : {td::RNNNorm::none, td::RNNNorm::layer, td::RNNNorm::batch_per_step}) {
        td::Random rng(td::test::test_seed(4));
        td::RNNCell<double> cell(3, 5, rng, {.norm = norm, .steps = 4});
        td::Tape<double> tape;
        D h = cell(tape.variable(draw({4, 3}, rng)));
        for (int t = 1; t < 4; ++t) h = cell(tape.variable(draw({4, 3}, rng)), h);
        const D loss = td::mse_loss(h, 0.3);
        tape.backward(loss);
        std::vector<std::vector<double>> sums(tape.size()), gradients;
        for (const auto& e : tape) {
            gradients.push_back(e.has_grad() ? list(e.grad()) : std::vector<double>());
            sums[e.index()].assign(e.value().size(), 0);
        }
        sums[loss.index()][0] = 1;
        std::vector<std::size_t> firsts(tape.size());
        for (std::size_t i = tape.size(); i-- > 0;) {
            if (tape[i].is_leaf() || !tape[i].needs_grad()) continue;
            for (const auto& c : td::deposits(tape.at(i))) {
                firsts[c.to] += c.first;
                for (std::size_t k = 0; k < c.value.size(); ++k) sums[c.to][k] += c.value.storage()[k];
            }
        }
        for (const auto& e : tape) {
            CHECK(gradients[e.index()] == (e.has_grad() ? list(e.grad()) : std::vector<double>()));
            if (!e.has_grad()) continue;
            CAPTURE(e.text());
            if (e.index() != loss.index()) CHECK(firsts[e.index()] == 1);
            for (std::size_t k = 0; k < sums[e.index()].size(); ++k)
                CHECK(sums[e.index()][k] == doctest::Approx(gradients[e.index()][k]).epsilon(1e-12));
        }
        // A pass afterwards has the same bits.
        for (auto* p : cell.parameters()) p->zero_grad();
        tape.backward(loss);
        for (const auto& e : tape)
            if (e.has_grad()) CHECK(list(e.grad()) == gradients[e.index()]);
    }
}

TEST_CASE("deposits of values that are no longer those of one run are refused") {
    td::Parameter<double> p(td::ones<double>({2}), "p");
    td::Tape<double> tape;
    const D x = tape.input(td::ones<double>({2}));
    const D y = tape.parameter(p) * x;
    const D loss = td::sum(y);
    tape.backward(loss);
    CHECK(td::deposits(y).size() == 1);
    p.value *= 2.0;
    p.changed();
    CHECK(td::test::says(td::test::error_text<td::StaleVariableError>([&] { td::deposits(y); }),
                         {"deposits (", "parameter p was changed"}));
    tape.play();
    tape.backward(loss);
    tape.set(x, td::zeros<double>({2}));
    CHECK_THROWS_AS(td::deposits(y), td::StaleVariableError);
}

TEST_CASE("deposits of a short program after a longer one, whose slots had shared gradients") {
    td::Tape<double> tape;
    const auto once = [&] {
        const auto a = tape.variable(td::test::tensor<double>({2}, {1, 3})),
                   b = tape.variable(td::test::tensor<double>({2}, {2, 5}));
        const auto p = a * b;
        tape.backward(td::sum(p));
        const auto all = td::deposits(p);
        REQUIRE(all.size() == 2);
        CHECK(list(all[0].value) == std::vector<double>{2, 5});
        CHECK(list(all[1].value) == std::vector<double>{1, 3});
    };
    once();
    tape.rewind();
    auto s = tape.variable(td::test::tensor<double>({2}, {1, 3}));
    const auto b = tape.variable(td::test::tensor<double>({2}, {2, 5}));
    for (int i = 0; i < 6; ++i) s = s + b;
    tape.backward(td::sum(s));
    tape.rewind();
    once();
}
