// Table 1 of the LayerNorm paper (Ba, Kiros, Hinton 2016), both its yes and its no cells: y = norm(x W^T)
// without a bias and with eps = 0, when weights or data are changed.
#include <functional>

#include <doctest/doctest.h>

#include <tapedeck/tapedeck.hpp>

#include "../support.hpp"
#include "subjects.hpp"

using namespace tapedeck;
using namespace tapedeck::test;

namespace {

using D = Tensor<double>;

/// What is done to the weights (out, in) and the data (n, in).
struct Change {
    std::string name;
    std::function<void(D& weight, D& data, Random& rng)> apply;
};

double factor(Random& rng) { return rng.bernoulli(0.5) ? rng.uniform(1.5, 4) : rng.uniform(0.2, 0.7); }

void add_to_rows(D& matrix, Random& rng) {
    const D vector = gammas<double>({matrix.shape()[1]}, rng);
    matrix = D(matrix + vector);
}
void scale_one_row(D& matrix, Random& rng) {
    const std::size_t columns = matrix.shape()[1], row = rng.below(matrix.shape()[0]);
    const double c = factor(rng);
    for (std::size_t k = 0; k < columns; ++k) matrix.storage()[row * columns + k] *= c;
}

const std::vector<Change>& changes() {
    static const std::vector<Change> all{
        {"weights rescaled", [](D& w, D&, Random& rng) { w = D(w * factor(rng)); }},
        {"weights recentred", [](D& w, D&, Random& rng) { add_to_rows(w, rng); }},
        {"one weight vector rescaled", [](D& w, D&, Random& rng) { scale_one_row(w, rng); }},
        {"data rescaled", [](D&, D& x, Random& rng) { x = D(x * factor(rng)); }},
        {"data recentred", [](D&, D& x, Random& rng) { add_to_rows(x, rng); }},
        {"one sample rescaled", [](D&, D& x, Random& rng) { scale_one_row(x, rng); }}};
    return all;
}

/// One line of the table.
struct Row {
    std::string name;
    std::vector<bool> invariant;  ///< to each change, in their order
};

D output(const std::string& norm, const D& weight, const D& data) {
    const std::size_t out = weight.shape()[0], in = weight.shape()[1];
    Random rng(1);
    Linear<double> linear(in, out, rng, {.bias = false});
    linear.weight->value = weight;
    Tape<double> tape;
    const auto x = tape.input(data);
    if (norm == "WeightNorm") {  // the lengths stay, the directions are the weights given
        WeightNorm<double> normed(linear);
        for (double& g : normed.weight_g->value.storage()) g = 1.5;
        return normed(x).value();
    }
    const auto z = linear(x);
    if (norm == "BatchNorm") return BatchNorm<double>(out, {.eps = 0, .affine = false})(z).value();
    if (norm == "LayerNorm")
        return LayerNorm<double>(out, {.eps = 0, .elementwise_affine = false})(z).value();
    if (norm == "RMSNorm") return RMSNorm<double>(out, {.eps = 0.0, .elementwise_affine = false})(z).value();
    REQUIRE(norm == "none");
    return z.value();
}

void check_row(const Row& row, std::uint64_t own) {
    const std::uint64_t seed = test_seed(own);
    CAPTURE(seed);
    CAPTURE(row.name);
    Random rng(seed);
    for (int round = 0; round < 40; ++round) {
        const std::size_t n = 4 + rng.below(9), in = 3 + rng.below(10), out = 4 + rng.below(12);
        const D weight = normal<double>({out, in}, rng), data = normal<double>({n, in}, rng);
        const D y = output(row.name, weight, data);
        for (std::size_t k = 0; k < changes().size(); ++k) {
            CAPTURE(changes()[k].name);
            D changed_weight = weight, changed_data = data;
            changes()[k].apply(changed_weight, changed_data, rng);
            const double change = distance(y, output(row.name, changed_weight, changed_data)) / largest(y);
            if (row.invariant[k])
                CHECK(change <= 1e-10);
            else
                CHECK(change > 0.01);
        }
    }
}

}  // namespace

TEST_CASE("invariances: BatchNorm's row of the table") {
    check_row({"BatchNorm", {true, false, true, true, true, false}}, 21);
}
TEST_CASE("invariances: WeightNorm's row of the table") {
    check_row({"WeightNorm", {true, false, true, false, false, false}}, 22);
}
TEST_CASE("invariances: LayerNorm's row of the table") {
    check_row({"LayerNorm", {true, true, false, true, false, true}}, 23);
}
TEST_CASE("invariances: RMSNorm's row of the table") {
    check_row({"RMSNorm", {true, false, false, true, false, true}}, 24);
}
TEST_CASE("invariances: without a normalization every change shows") {
    check_row({"none", {false, false, false, false, false, false}}, 25);
}
