// The checks that are published let wrong backwards pass: a table of the largest difference from the numeric
// gradient, for a BatchNorm of (8, 3) in double.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <tapedeck/core/gradcheck.hpp>
#include <tapedeck/core/ops/ops.hpp>

#include "norms.hpp"

namespace td = tapedeck;
using namespace td::museum;
using V = td::Variable<double>;

namespace {

enum Loss { ones, squares, cotangent };

/// The largest difference in dx, by a central difference with one fixed step, as such checks are written.
double difference(Kind kind, Mistake mistake, Loss loss, const std::vector<td::Tensor<double>>& inputs) {
    const auto weights = draw({8, 3}, 5);
    const auto run = [&](td::Tape<double>& tape, const td::Tensor<double>& x) {
        const V leaf = tape.variable(x);
        const V y = norm(leaf, tape.input(inputs[1]), tape.input(inputs[2]), kind, mistake);
        const V value = loss == ones      ? td::sum(y)
                        : loss == squares ? td::sum(td::square(y))
                                          : td::sum(y * weights);
        return std::pair{leaf, value};
    };
    td::Tape<double> tape;
    const auto [leaf, value] = run(tape, inputs[0]);
    tape.backward(value);
    double largest = 0;
    for (std::size_t i = 0; i < inputs[0].size(); ++i) {
        const double h = 1e-5;
        td::Tensor<double> up = inputs[0], down = inputs[0];
        up.storage()[i] += h;
        down.storage()[i] -= h;
        td::Tape<double> one, other;
        const double numeric = (run(one, up).second.item() - run(other, down).second.item()) / (2 * h);
        largest = std::max(largest, std::abs(numeric - leaf.grad().storage()[i]));
    }
    return largest;
}

struct Row {
    Mistake mistake;
    std::string name;
};
const std::vector<Row> kRows{{Mistake::none, "right"},
                             {Mistake::all_zeros, "all zeros"},
                             {Mistake::no_variance_path, "x-hat term missing"},
                             {Mistake::variance_path_sign, "x-hat term with the wrong sign"},
                             {Mistake::weight_forgotten, "gamma forgotten"},
                             {Mistake::no_mean_path, "mean term missing"}};

}  // namespace

TEST_CASE("a seed of ones and a loss of squares let wrong backwards of a batch norm pass") {
    std::string table = fmt::format("{:<32}{:>14}{:>14}{:>18}\n", "wrong backward", "seed of ones",
                                    "sum of y^2", "random cotangent");
    for (const Row& row : kRows) {
        const double by_ones = difference(Kind::batch, row.mistake, ones, norm_inputs());
        const double by_squares = difference(Kind::batch, row.mistake, squares, norm_inputs());
        const double by_cotangent = difference(Kind::batch, row.mistake, cotangent, norm_inputs());
        table +=
            fmt::format("{:<32}{:>14.1e}{:>14.1e}{:>18.1e}\n", row.name, by_ones, by_squares, by_cotangent);
        CAPTURE(row.name);
        if (row.mistake == Mistake::none) {
            CHECK(by_cotangent < 1e-8);
            continue;
        }
        CHECK((by_ones < 1e-8) == (row.mistake != Mistake::no_mean_path));
        if (row.mistake == Mistake::all_zeros || row.mistake == Mistake::weight_forgotten)
            CHECK(by_squares < 1e-3);  // what a tolerance of 1e-3 lets pass
        else
            CHECK(by_squares > 0.1);
        CHECK(by_cotangent > 0.05);
    }
    MESSAGE(table);
}

TEST_CASE("a seed of ones sees through a layer norm with a weight, and not through a plain one") {
    // A row's outputs sum to a constant only while the weight is the same for all of them.
    auto plain = norm_inputs();
    plain[1] = td::ones<double>({3});
    for (const Row& row : kRows) {
        if (row.mistake == Mistake::none || row.mistake == Mistake::weight_forgotten) continue;
        CAPTURE(row.name);
        CHECK((difference(Kind::layer, row.mistake, ones, plain) < 1e-8) ==
              (row.mistake != Mistake::no_mean_path));
        CHECK(difference(Kind::layer, row.mistake, ones, norm_inputs()) > 0.1);
    }
    CHECK(difference(Kind::layer, Mistake::weight_forgotten, ones, norm_inputs()) > 0.1);
}

TEST_CASE("gradcheck refuses a seed of ones, and sees through a loss of squares") {
    for (const Row& row : kRows) {
        CAPTURE(row.name);
        const auto check = [&](auto loss) {
            return td::gradcheck(
                [&](auto& tape, auto x) {
                    const auto in = norm_inputs();
                    return loss(norm(x[0], tape.input(in[1]), tape.input(in[2]), Kind::batch, row.mistake));
                },
                {norm_inputs()[0]});
        };
        const auto by_ones = check([](V y) { return td::sum(y); });
        CHECK_FALSE(by_ones.ok());
        if (row.mistake != Mistake::no_mean_path) {
            CHECK(by_ones.wrong.empty());
            CHECK(by_ones.problem.find("near zero") != std::string::npos);
            CHECK(by_ones.problem.find("more than a sum") != std::string::npos);
        }
        // The gradient is as small as eps makes it, but the tolerance is relative to it.
        const auto by_squares = check([](V y) { return td::sum(td::square(y)); });
        CHECK_MESSAGE(by_squares.ok() == (row.mistake == Mistake::none), by_squares.text());
    }
}
