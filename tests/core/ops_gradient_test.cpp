// Every operation's adjoint against central differences, and its float and SIMD kernels against double.
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

namespace td = tapedeck;

namespace {

using D = td::Variable<double>;
using Inputs = std::vector<D>;

struct Case {
    std::string name;
    std::vector<td::Shape> shapes;
    std::function<D(td::Tape<double>&, Inputs)> function;
    /// What x = normal(0, 1) is turned into, where a function is not defined or not smooth everywhere.
    std::function<double(double)> domain = [](double x) { return x; };
};

double positive(double x) { return 0.3 + std::abs(x); }
/// Away from 0, where abs, relu and their kin have a corner.
double cornerless(double x) { return x < 0 ? x - 0.1 : x + 0.1; }

const td::Tensor<bool>& mask() {
    static const td::Tensor<bool> m = [] {
        td::Tensor<bool> made = td::Tensor<bool>::from_shape({5, 7});
        for (std::size_t i = 0; i < made.size(); ++i) made.storage()[i] = i % 3 == 0;
        return made;
    }();
    return m;
}

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"add", {{5, 19}, {5, 19}}, [](auto&, Inputs x) { return x[0] + x[1]; }},
        {"add, row", {{5, 19}, {19}}, [](auto&, Inputs x) { return x[0] + x[1]; }},
        {"add, column on the left", {{5, 1}, {5, 19}}, [](auto&, Inputs x) { return x[0] + x[1]; }},
        {"add, both stretched", {{5, 1, 3}, {4, 1}}, [](auto&, Inputs x) { return x[0] + x[1]; }},
        {"add, scalar", {{5, 19}, {}}, [](auto&, Inputs x) { return x[0] + x[1]; }},
        {"add to itself", {{3, 2}}, [](auto&, Inputs x) { return x[0] + x[0]; }},
        {"subtract", {{5, 19}, {1, 19}}, [](auto&, Inputs x) { return x[0] - x[1]; }},
        {"subtract from a number", {{5, 3}}, [](auto&, Inputs x) { return 2.0 - x[0]; }},
        {"multiply", {{5, 19}, {5, 19}}, [](auto&, Inputs x) { return x[0] * x[1]; }},
        {"multiply, middle axis", {{2, 3, 4}, {3, 1}}, [](auto&, Inputs x) { return x[0] * x[1]; }},
        {"multiply, scalar on the left", {{}, {3, 17}}, [](auto&, Inputs x) { return x[0] * x[1]; }},
        {"multiply by itself", {{7}}, [](auto&, Inputs x) { return x[0] * x[0]; }},
        {"divide", {{5, 19}, {5, 1}}, [](auto&, Inputs x) { return x[0] / x[1]; }, cornerless},
        {"divide, row", {{19}, {5, 19}}, [](auto&, Inputs x) { return x[0] / x[1]; }, cornerless},
        {"negate", {{5, 19}}, [](auto&, Inputs x) { return -x[0]; }},
        {"pow", {{5, 19}, {5, 19}}, [](auto&, Inputs x) { return td::pow(x[0], x[1]); }, positive},
        {"pow, number", {{5, 19}}, [](auto&, Inputs x) { return td::pow(x[0], 3); }},
        {"maximum", {{5, 19}, {19}}, [](auto&, Inputs x) { return td::maximum(x[0], x[1]); }},
        {"where", {{5, 7}, {7}}, [](auto&, Inputs x) { return td::where(mask(), x[0], x[1]); }},
        {"masked_fill", {{5, 7}}, [](auto&, Inputs x) { return td::masked_fill(x[0], mask(), 2.0); }},
        {"exp", {{5, 19}}, [](auto&, Inputs x) { return td::exp(x[0]); }},
        {"log", {{5, 19}}, [](auto&, Inputs x) { return td::log(x[0]); }, positive},
        {"sqrt", {{5, 19}}, [](auto&, Inputs x) { return td::sqrt(x[0]); }, positive},
        {"square", {{5, 19}}, [](auto&, Inputs x) { return td::square(x[0]); }},
        {"abs", {{5, 19}}, [](auto&, Inputs x) { return td::abs(x[0]); }, cornerless},
        {"tanh", {{5, 19}}, [](auto&, Inputs x) { return td::tanh(x[0]); }},
        {"sigmoid", {{5, 19}}, [](auto&, Inputs x) { return td::sigmoid(x[0]); }},
        {"relu", {{5, 19}}, [](auto&, Inputs x) { return td::relu(x[0]); }, cornerless},
        {"gelu", {{5, 19}}, [](auto&, Inputs x) { return td::gelu(x[0]); }},
        {"sum", {{5, 19}}, [](auto&, Inputs x) { return td::sum(x[0]); }},
        {"sum, axis 0", {{5, 19}}, [](auto&, Inputs x) { return td::sum(x[0], 0); }},
        {"sum, axis -1, kept", {{5, 19}}, [](auto&, Inputs x) { return td::sum(x[0], -1, true); }},
        {"sum, axes 0 and 2",
         {{3, 4, 5}},
         [](auto&, Inputs x) {
             return td::sum(x[0], {0, 2});
         }},
        {"mean", {{5, 19}}, [](auto&, Inputs x) { return td::mean(x[0]); }},
        {"mean, axis 1", {{3, 4, 5}}, [](auto&, Inputs x) { return td::mean(x[0], 1); }},
        {"var", {{5, 19}}, [](auto&, Inputs x) { return td::var(x[0]); }},
        {"var, axis 0, biased", {{5, 19}}, [](auto&, Inputs x) { return td::var(x[0], 0, true, 0); }},
        {"var, axis 1", {{3, 4, 5}}, [](auto&, Inputs x) { return td::var(x[0], 1); }},
        {"max", {{5, 19}}, [](auto&, Inputs x) { return td::max(x[0]); }},
        {"max, axis 1", {{5, 19}}, [](auto&, Inputs x) { return td::max(x[0], 1); }},
        {"reshape",
         {{4, 6}},
         [](auto&, Inputs x) {
             return td::reshape(x[0], {3, 8});
         }},
        {"transpose", {{4, 6}}, [](auto&, Inputs x) { return td::transpose(x[0]); }},
        {"transpose, axes 0 and 2", {{2, 3, 4}}, [](auto&, Inputs x) { return td::transpose(x[0], 0, 2); }},
        {"transpose, axes 0 and 1", {{2, 3, 4}}, [](auto&, Inputs x) { return td::transpose(x[0], 0, 1); }},
        {"slice", {{4, 6}}, [](auto&, Inputs x) { return td::slice(x[0], 1, 2, 5); }},
        {"slice, twice",
         {{4, 6}},
         [](auto&, Inputs x) { return td::slice(x[0], 0, 0, 2) + td::slice(x[0], 0, 1, 3); }},
        {"concat", {{4, 2}, {4, 3}}, [](auto&, Inputs x) { return td::concat(x, 1); }},
        {"concat, itself",
         {{4, 2}},
         [](auto&, Inputs x) {
             return td::concat(Inputs{x[0], x[0]}, 0);
         }},
        {"stack", {{4, 2}, {4, 2}}, [](auto&, Inputs x) { return td::stack(x, 1); }},
        {"gather",
         {{3, 4}},
         [](auto&, Inputs x) {
             return td::gather(x[0], 1, td::Tensor<std::size_t>{{0, 0, 3}, {1, 2, 2}});
         }},
        {"matmul", {{4, 6}, {6, 3}}, [](auto&, Inputs x) { return td::matmul(x[0], x[1]); }},
        {"matmul, vector on the left", {{6}, {6, 3}}, [](auto&, Inputs x) { return td::matmul(x[0], x[1]); }},
        {"matmul, vector on the right",
         {{4, 6}, {6}},
         [](auto&, Inputs x) { return td::matmul(x[0], x[1]); }},
        {"matmul, two vectors", {{6}, {6}}, [](auto&, Inputs x) { return td::matmul(x[0], x[1]); }},
        {"matmul, stack by one",
         {{2, 3, 4, 5}, {5, 2}},
         [](auto&, Inputs x) { return td::matmul(x[0], x[1]); }},
        {"matmul, stacks broadcast",
         {{2, 1, 4, 5}, {3, 5, 2}},
         [](auto&, Inputs x) { return td::matmul(x[0], x[1]); }},
        {"matmul by itself", {{4, 4}}, [](auto&, Inputs x) { return td::matmul(x[0], x[0]); }},
        {"linear",
         {{4, 6}, {3, 6}, {3}},
         [](auto&, Inputs x) { return td::linear(x[0], x[1], std::optional(x[2])); }},
        {"linear, no bias, three dimensions",
         {{2, 4, 6}, {3, 6}},
         [](auto&, Inputs x) { return td::linear(x[0], x[1]); }},
        {"linear, one sample",
         {{6}, {3, 6}, {3}},
         [](auto&, Inputs x) { return td::linear(x[0], x[1], std::optional(x[2])); }},
        {"softmax", {{5, 19}}, [](auto&, Inputs x) { return td::softmax(x[0]); }},
        {"softmax, axis 0", {{5, 7}}, [](auto&, Inputs x) { return td::softmax(x[0], 0); }},
        {"log_softmax", {{5, 19}}, [](auto&, Inputs x) { return td::log_softmax(x[0]); }},
        {"log_softmax, axis 1 of 3", {{2, 3, 4}}, [](auto&, Inputs x) { return td::log_softmax(x[0], 1); }},
        {"mse_loss", {{5, 19}, {5, 19}}, [](auto&, Inputs x) { return td::mse_loss(x[0], x[1]); }},
        {"mse_loss, number", {{5, 19}}, [](auto&, Inputs x) { return td::mse_loss(x[0], 0.5); }},
        {"cross_entropy",
         {{4, 5}},
         [](auto&, Inputs x) {
             return td::cross_entropy(x[0], {0, 4, 2, 2});
         }},
        {"binary_cross_entropy_with_logits",
         {{5, 19}, {5, 19}},
         [](auto&, Inputs x) { return td::binary_cross_entropy_with_logits(x[0], x[1]); }},
        {"layer_norm",
         {{4, 19}, {19}, {19}},
         [](auto&, Inputs x) {
             return td::layer_norm(x[0], {19}, std::optional(x[1]), std::optional(x[2]));
         }},
        {"layer_norm, two dimensions",
         {{2, 3, 4}, {3, 4}, {3, 4}},
         [](auto&, Inputs x) {
             return td::layer_norm(x[0], {3, 4}, std::optional(x[1]), std::optional(x[2]));
         }},
        {"layer_norm, weight alone",
         {{4, 5}, {5}},
         [](auto&, Inputs x) { return td::layer_norm(x[0], {5}, std::optional(x[1])); }},
        {"layer_norm, bias alone",
         {{4, 5}, {5}},
         [](auto&, Inputs x) { return td::layer_norm(x[0], {5}, std::nullopt, std::optional(x[1])); }},
        {"layer_norm, plain", {{4, 5}}, [](auto&, Inputs x) { return td::layer_norm(x[0], {5}); }},
        {"layer_norm, of its own weight and bias",
         {{7}},
         [](auto&, Inputs x) { return td::layer_norm(x[0], {7}, x[0], x[0]); }},
        {"batch_norm",
         {{6, 19}, {19}, {19}},
         [](auto&, Inputs x) { return td::batch_norm<double>(x[0], nullptr, x[1], x[2]); }},
        {"batch_norm, with length",
         {{3, 4, 5}, {4}, {4}},
         [](auto&, Inputs x) { return td::batch_norm<double>(x[0], nullptr, x[1], x[2]); }},
        {"batch_norm, running statistics, evaluating",
         {{6, 5}, {5}, {5}},
         [](auto&, Inputs x) {
             static td::RunningStatistics<double> running = [] {
                 td::RunningStatistics<double> r(5);
                 r.mean = td::Tensor<double>{0.1, -0.2, 0.3, 2, -1};
                 r.var = td::Tensor<double>{1, 2, 3, 0.5, 0.25};
                 return r;
             }();
             return td::batch_norm<double>(x[0], &running, x[1], x[2], {.training = false});
         }},
        {"batch_norm, running statistics, training",
         {{6, 5}, {5}, {5}},
         [](auto&, Inputs x) {
             static td::RunningStatistics<double> running(5);
             return td::batch_norm<double>(x[0], &running, x[1], x[2]);
         }},
        {"dropout",
         {{5, 19}},
         [](auto&, Inputs x) {
             static td::Random rng(3);
             return td::dropout(x[0], 0.4, rng);
         }},
        {"linear, then layer_norm",
         {{4, 6}, {8, 6}, {8}, {8}},
         [](auto&, Inputs x) {
             return td::layer_norm(td::linear(x[0], x[1]), {8}, std::optional(x[2]), std::optional(x[3]));
         }},
        {"linear, then batch_norm",
         {{4, 6}, {8, 6}, {8}, {8}},
         [](auto&, Inputs x) { return td::batch_norm<double>(td::linear(x[0], x[1]), nullptr, x[2], x[3]); }},
    };
    return all;
}

std::vector<td::Tensor<double>> draw(const Case& c) {
    td::Random rng(7);
    std::vector<td::Tensor<double>> inputs;
    for (const td::Shape& shape : c.shapes) {
        td::Tensor<double> x = td::Tensor<double>::from_shape(shape);
        for (double& v : x.storage()) v = c.domain(rng.normal());
        inputs.push_back(x);
    }
    return inputs;
}

}  // namespace

TEST_CASE("every adjoint agrees with central differences") {
    for (const Case& c : cases()) {
        CAPTURE(c.name);
        const auto report = td::gradcheck<double>(c.function, draw(c));
        CHECK_MESSAGE(report.ok(), report.text());
        std::size_t elements = 0;
        for (const auto& shape : c.shapes) elements += td::elements(shape);
        CHECK(report.checked == elements);
    }
}

TEST_CASE(
    "the norms' adjoints hold under an offset of 1e4, with weights far from 1, behind a trainable linear") {
    using Norm = std::function<D(D, D, D)>;
    struct NormCase {
        std::string name;
        Norm norm;
        td::Shape x, weight;
    };
    const Norm layer = [](D x, D w, D b) { return td::layer_norm(x, w.shape(), w, b); };
    const Norm batch = [](D x, D w, D b) { return td::batch_norm<double>(x, nullptr, w, b); };
    const Norm evaluating = [](D x, D w, D b) {
        static td::RunningStatistics<double> running(5);
        return td::batch_norm<double>(x, &running, w, b, {.training = false});
    };
    const std::vector<NormCase> norms{
        {"layer_norm", layer, {6, 5}, {5}},
        {"layer_norm, two dimensions", layer, {2, 3, 4, 5}, {4, 5}},
        {"layer_norm, spelled out",
         [](D x, D w, D b) { return td::spelled_out::layer_norm(x, 1, w, b); },
         {6, 5},
         {5}},
        {"batch_norm", batch, {6, 5}, {5}},
        {"batch_norm, with length", batch, {3, 5, 4}, {5}},
        {"batch_norm, spelled out",
         [](D x, D w, D b) { return td::spelled_out::batch_norm(x, w, b); },
         {6, 5},
         {5}},
        {"batch_norm, evaluating", evaluating, {6, 5}, {5}},
    };
    const auto random = [](const td::Shape& shape, std::uint64_t seed, double mean, double deviation) {
        td::Random rng(seed);
        td::Tensor<double> x = td::Tensor<double>::from_shape(shape);
        for (double& v : x.storage()) v = rng.normal(mean, deviation);
        return x;
    };
    for (const NormCase& c : norms) {
        for (const double offset : {0.0, 1e4, -1e4}) {
            for (const double weight : {1.0, -30.0, 0.01}) {
                CAPTURE(c.name);
                CAPTURE(offset);
                CAPTURE(weight);
                const auto w = random(c.weight, 2, weight, std::abs(weight) / 3);
                const auto b = random(c.weight, 3, 0.5, 1);
                const auto direct =
                    td::gradcheck<double>([&](auto&, Inputs x) { return c.norm(x[0], x[1], x[2]); },
                                          {random(c.x, 1, offset, 1.5), w, b});
                CHECK_MESSAGE(direct.ok(), direct.text());
                if (c.x.size() != 2) continue;
                // x W^T + B has the offset; B itself has no influence on what a batch_norm in training says.
                const bool no_bias =
                    c.norm.target_type() == batch.target_type() || c.name == "batch_norm, spelled out";
                const auto behind = td::gradcheck<double>(
                    [&](auto&, Inputs x) {
                        return c.norm(td::linear(x[0], x[1], std::optional(x[2])), x[3], x[4]);
                    },
                    {random({6, 4}, 4, 0, 1), random({5, 4}, 5, 0, 1), random({5}, 6, offset, 2), w, b},
                    {.constant = no_bias ? std::vector<std::size_t>{2} : std::vector<std::size_t>{}});
                CHECK_MESSAGE(behind.ok(), behind.text());
            }
        }
    }
}

TEST_CASE("a second contribution is added to the first") {
    // Every operation once more, its inputs also read by another: gradients must be the sum.
    for (const Case& c : cases()) {
        CAPTURE(c.name);
        const auto twice = [&](td::Tape<double>& tape, Inputs x) {
            D result = td::sum(td::square(c.function(tape, x)));
            for (const D& input : x) result = result + td::sum(input * 0.5);
            const D again = c.function(tape, x);
            return result + td::sum(td::sigmoid(again));
        };
        const auto report = td::gradcheck<double>(twice, draw(c));
        CHECK_MESSAGE(report.ok(), report.text());
    }
}

TEST_CASE("no gradient is computed for what needs none") {
    for (const Case& c : cases()) {
        CAPTURE(c.name);
        const auto inputs = draw(c);
        for (std::size_t data = 0; data < inputs.size(); ++data) {
            td::Tape<double> tape;
            Inputs x;
            for (std::size_t i = 0; i < inputs.size(); ++i)
                x.push_back(i == data ? tape.input(inputs[i]) : tape.variable(inputs[i]));
            if (inputs.size() == 1)
                x.push_back(tape.variable(inputs[0]));  // so that there is something to reverse
            const D y = td::sum(c.function(tape, x)) + td::sum(x.back());
            tape.backward(y);
            CHECK_FALSE(x[data].has_grad());
            CHECK(x[data == 0 ? 1 : 0].has_grad());
        }
    }
}

TEST_CASE("pow is std::pow at zeros, ones, infinities and nan too") {
    const float inf = std::numeric_limits<float>::infinity();
    const std::vector<float> numbers{0, -0.0F, 1, -1, 2, -2, 0.5F, -0.5F, 3, inf, -inf, std::nanf("")};
    td::Tape<float> tape;
    for (const float a : numbers) {
        for (const float b : numbers) {
            for (const std::size_t n : {1U, 5U, 33U}) {
                const auto y =
                    td::pow(tape.variable(td::full<float>({n}, a)), tape.input(td::full<float>({n}, b)));
                const float expected = std::pow(a, b);
                CAPTURE(a);
                CAPTURE(b);
                for (const float v : y.value())
                    CHECK((v == expected || (std::isnan(v) && std::isnan(expected))));
            }
        }
    }
}
