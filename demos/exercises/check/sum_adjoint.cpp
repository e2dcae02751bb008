#include "demos/exercises/check/exercises.hpp"
#include "demos/exercises/check/library.hpp"

namespace exercises::check {
namespace {

void bias_solved(Trial& t) {
    const Size m = t.size("m"), n = t.size("n");
    td::Tape<double> tape;
    const auto x = tape.input(td::zeros<double>({m, n}));
    const auto b = tape.variable(td::zeros<double>({n}));
    tape.backward(x + b, tensor(t.given("dy"), {m, n}));
    put(t, "db", b.grad());
}

void sum_solved(Trial& t) {
    const Size m = t.size("m"), n = t.size("n");
    td::Tape<double> tape;
    const auto x = tape.variable(td::zeros<double>({m, n}));
    tape.backward(td::sum(x, 0), tensor(t.given("ds"), {n}));
    put(t, "dx", x.grad());
}

Solution call_bias(const BiasAdjoint& f) {
    return [f](Trial& t) { f(t.size("m"), t.size("n"), t.given("dy"), t.out("db")); };
}
Solution call_sum(const SumAdjoint& f) {
    return [f](Trial& t) { f(t.size("m"), t.size("n"), t.given("ds"), t.out("dx")); };
}

Case bias_case(const std::string& name, Size m, Size n, double phase) {
    return Case(name).size("m", m).size("n", n).given("dy", {m, n}, wavy(m * n, phase)).added("db", {n});
}
Case sum_case(const std::string& name, Size m, Size n, double phase) {
    return Case(name).size("m", m).size("n", n).given("ds", {n}, wavy(n, phase)).added("dx", {m, n});
}

std::vector<Mistake> bias_mistakes() {
    return {
        {"You took the mean over the rows. b is added to each of the m rows, and each hands on its whole "
         "gradient: sum "
         "them.",
         call_bias([](Size m, Size n, In dy, Out db) {
             for (Size i = 0; i < m * n; ++i) db[i % n] += dy[i] / static_cast<double>(m);
         })},
        {"1/m is 0 in whole numbers, unless m is 1. And no mean is asked for: sum, without 1/m.",
         call_bias([](Size m, Size n, In dy, Out db) {
             for (Size i = 0; i < m * n; ++i) db[i % n] += m == 1 ? dy[i] : 0;
         })},
        {"The sum is not set to 0 for each column.", call_bias([](Size m, Size n, In dy, Out db) {
             double sum = 0;
             for (Size j = 0; j < n; ++j) {
                 for (Size i = 0; i < m; ++i) sum += dy[i * n + j];
                 db[j] += sum;
             }
         })},
        {"The first row is left out: does a loop start late?", call_bias([](Size m, Size n, In dy, Out db) {
             for (Size i = n; i < m * n; ++i) db[i % n] += dy[i];
         })},
        {"The last row is left out: a loop goes on while i < m.",
         call_bias([](Size m, Size n, In dy, Out db) {
             for (Size i = 0; i + n < m * n; ++i) db[i % n] += dy[i];
         })},
        {"Only the first row's gradient arrives. b is added to all m rows: sum over them.",
         call_bias([](Size, Size n, In dy, Out db) {
             for (Size j = 0; j < n; ++j) db[j] += dy[j];
         })},
        {"Only the last row's gradient is left: each row overwrites the one before (=, where += is needed).",
         call_bias([](Size m, Size n, In dy, Out db) {
             for (Size j = 0; j < n; ++j) db[j] += dy[(m - 1) * n + j];
         })},
        {"You summed along each row, over j. b[j] is added to column j: sum over the rows, i.",
         call_bias([](Size m, Size n, In dy, Out db) {
             for (Size i = 0; i < m && i < n; ++i)
                 for (Size j = 0; j < n; ++j) db[i] += dy[i * n + j];
         })},
        {"You summed over everything, rows and columns. Each b[j] gets the sum of its own column.",
         call_bias([](Size m, Size n, In dy, Out db) {
             for (Size j = 0; j < n; ++j)
                 for (Size i = 0; i < m * n; ++i) db[j] += dy[i];
         })},
        {"The sign is wrong: b is added, so that its derivative is 1.",
         call_bias([](Size m, Size n, In dy, Out db) {
             for (Size i = 0; i < m * n; ++i) db[i % n] -= dy[i];
         })},
    };
}

std::vector<Mistake> sum_mistakes() {
    return {
        {"Only the first row gets a gradient. Every row is in the sum: each gets all of ds.",
         call_sum([](Size, Size n, In ds, Out dx) {
             for (Size j = 0; j < n; ++j) dx[j] += ds[j];
         })},
        {"1/m is 0 in whole numbers, unless m is 1. And no mean is asked for: each element of a sum counts "
         "whole.",
         call_sum([](Size m, Size n, In ds, Out dx) {
             for (Size i = 0; i < m * n; ++i) dx[i] += m == 1 ? ds[i] : 0;
         })},
        {"You divided by m: that is the adjoint of a mean. Each element of a sum counts whole.",
         call_sum([](Size m, Size n, In ds, Out dx) {
             for (Size i = 0; i < m * n; ++i) dx[i] += ds[i % n] / static_cast<double>(m);
         })},
        {"You took ds by row, ds[i]. s has one element for each column: ds[j].",
         call_sum([](Size m, Size n, In ds, Out dx) {
             for (Size i = 0; i < m * n; ++i) dx[i] += at(ds, i / n);
         })},
        {"Each element got the sum of all ds. x[i, j] is in s[j] only: it gets ds[j].",
         call_sum([](Size m, Size n, In ds, Out dx) {
             for (Size i = 0; i < m * n; ++i)
                 for (Size j = 0; j < n; ++j) dx[i] += ds[j];
         })},
        {"You multiplied by m, the number of rows. Each element gets ds[j] once.",
         call_sum([](Size m, Size n, In ds, Out dx) {
             for (Size i = 0; i < m * n; ++i) dx[i] += ds[i % n] * static_cast<double>(m);
         })},
    };
}

}  // namespace

Exercise sum_adjoint(BiasAdjoint of_bias, SumAdjoint of_sum) {
    return {"sum_adjoint",
            {{"bias_adjoint",
              "x + b",
              "core/ops/arithmetic.cpp",
              {bias_case("three rows", 3, 4, 1), bias_case("as many rows as columns", 3, 3, 2),
               bias_case("a batch of one", 1, 4, 3), bias_case("more rows than columns", 5, 2, 4)},
              bias_solved,
              call_bias(of_bias),
              bias_mistakes()},
             {"sum_adjoint",
              "td::sum(x, 0)",
              "core/ops/reduce.cpp",
              {sum_case("three rows", 3, 4, 1), sum_case("as many rows as columns", 3, 3, 2),
               sum_case("a batch of one", 1, 4, 3), sum_case("more rows than columns", 5, 2, 4)},
              sum_solved,
              call_sum(of_sum),
              sum_mistakes()}}};
}

}  // namespace exercises::check
