// Rules with their numbers filled in: they add up to what the adjoint hands on.
#include <doctest/doctest.h>

#include <string>
#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/random.hpp>
#include <vector>

#include "../support.hpp"
#include "demos/step_through/explain.hpp"
#include "demos/step_through/models.hpp"
#include "step_through.hpp"

namespace td = tapedeck;
using namespace tapedeck::demos::step_through;
using tapedeck::test::says;
using tapedeck::test::test_seed;

namespace {

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
