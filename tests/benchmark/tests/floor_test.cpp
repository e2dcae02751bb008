// The floor computes what it says.
#include <cmath>

#include <doctest/doctest.h>

#include "../floor.hpp"

using namespace benchmark_steps;

namespace {

std::vector<float> transposed(const std::vector<float>& x, int rows, int columns) {
    std::vector<float> y(x.size());
    for (int i = 0; i < rows; ++i) {
        for (int j = 0; j < columns; ++j)
            y[static_cast<std::size_t>(j * rows + i)] = x[static_cast<std::size_t>(i * columns + j)];
    }
    return y;
}

}  // namespace

TEST_CASE("every form of a product gives the same numbers") {
    constexpr int m = 3, n = 5, k = 40;
    std::vector<float> a(m * k), b(k * n), expected(m * n);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i % 11) - 2;
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<float>(i % 7) + 1;
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j)
            for (std::size_t l = 0; l < k; ++l) expected[i * n + j] += a[i * k + l] * b[l * n + j];

    Product p{m, n, k, nullptr, nullptr, nullptr};
    const auto forms = forms_of(p);
    // Whole, in pieces of 32, and by row.
    CHECK(forms.size() == 8 + 8 + 2);
    for (const Form& form : forms) {
        CAPTURE(form.a);
        CAPTURE(form.b);
        CAPTURE(form.c);
        CAPTURE(form.by_rows);
        CAPTURE(form.piece);
        const auto stored_a = form.a ? transposed(a, m, k) : a;
        const auto stored_b = form.b ? transposed(b, k, n) : b;
        std::vector<float> c(m * n, std::nanf(""));
        p.a = stored_a.data(), p.b = stored_b.data(), p.c = c.data(), p.form = form;
        p.run();
        CHECK((form.c ? transposed(c, n, m) : c) == expected);
    }
}

TEST_CASE("the floor has the products of a training step and its parameters") {
    const auto flops = [](const Floor& floor) {
        std::size_t sum = 0;
        for (const Product& p : floor.products())
            sum += 2 * static_cast<std::size_t>(p.m) * static_cast<std::size_t>(p.n) *
                   static_cast<std::size_t>(p.k);
        return sum;
    };
    const Floor mlp({"mlp", "layer", 8, {6, 5, 3}});
    // Forward and the weight's gradient of both layers, the input's of the second.
    CHECK(flops(mlp) == 2 * 8 * (2 * 6 * 5 + 3 * 5 * 3));
    CHECK(mlp.parameters() == 6 * 5 + 5 + 5 * 3 + 3 + 2 * 5);

    const Floor rnn({"rnn", "none", 8, {4, 2, 5}});
    // The input's projection twice; the state's forward, back and for the weight in all steps but one; the
    // read-out.
    CHECK(flops(rnn) == 2 * 8 * (2 * 4 * 2 * 5 + 3 * 3 * 5 * 5 + 3 * 5));
    CHECK(rnn.parameters() == 2 * 5 + 5 * 5 + 2 * 5 + 1);
    CHECK_THROWS(Floor({"cnn", "none", 1, {1}}));
}
