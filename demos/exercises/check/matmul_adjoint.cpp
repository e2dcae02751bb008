#include "demos/exercises/check/exercises.hpp"
#include "demos/exercises/check/library.hpp"

namespace exercises::check {
namespace {

Case of(const std::string& name, Size m, Size k, Size n, double phase) {
    return Case(name)
        .size("m", m)
        .size("k", k)
        .size("n", n)
        .given("a", {m, k}, wavy(m * k, phase))
        .given("b", {k, n}, wavy(k * n, phase + 1))
        .given("dc", {m, n}, wavy(m * n, phase + 2))
        .added("da", {m, k})
        .added("db", {k, n});
}

void solved(Trial& t) {
    const Size m = t.size("m"), k = t.size("k"), n = t.size("n");
    td::Tape<double> tape;
    const auto a = tape.variable(tensor(t.given("a"), {m, k}));
    const auto b = tape.variable(tensor(t.given("b"), {k, n}));
    tape.backward(matmul(a, b), tensor(t.given("dc"), {m, n}));
    put(t, "da", a.grad());
    put(t, "db", b.grad());
}

Solution call(const MatmulAdjoint& f) {
    return [f](Trial& t) {
        f(t.size("m"), t.size("k"), t.size("n"), t.given("a"), t.given("b"), t.given("dc"), t.out("da"),
          t.out("db"));
    };
}

/// The sizes, the three matrices, and an element of the sum's term.
struct Term {
    Size m, k, n;
    In a, b, dc;
    Size i, p, j;
};
using TermOf = double (*)(const Term&);

double right_da(const Term& t) { return t.dc[t.i * t.n + t.j] * t.b[t.p * t.n + t.j]; }
double right_db(const Term& t) { return t.a[t.i * t.k + t.p] * t.dc[t.i * t.n + t.j]; }

/// da[i, p] sums the first over j, db[p, j] the second over i.
Mistake mistake(const std::string& words, TermOf da, TermOf db) {
    return {words, call([da, db](Size m, Size k, Size n, In a, In b, In dc, Out to_a, Out to_b) {
                for (Size i = 0; i < m; ++i)
                    for (Size p = 0; p < k; ++p)
                        for (Size j = 0; j < n; ++j) {
                            const Term term{m, k, n, a, b, dc, i, p, j};
                            to_a[i * k + p] += da(term);
                            to_b[p * n + j] += db(term);
                        }
            })};
}

std::vector<Mistake> mistakes() {
    return {
        mistake(
            "da: b is not transposed. da = dc b^T, so the sum runs along b's row p: b[p * n + j].",
            [](const Term& t) { return t.dc[t.i * t.n + t.j] * at(t.b, t.j * t.n + t.p); }, right_db),
        mistake(
            "da: b is read as an (n, k) matrix, b[j * k + p]. It is (k, n), and transposing it swaps the two "
            "indices: "
            "b[p * n + j].",
            [](const Term& t) { return t.dc[t.i * t.n + t.j] * t.b[t.j * t.k + t.p]; }, right_db),
        mistake(
            "da: b is missing. Each term is dc[i, j] times the b[p, j] that a[i, p] was multiplied by.",
            [](const Term& t) { return t.dc[t.i * t.n + t.j]; }, right_db),
        mistake(
            "da: dc is missing. Each term is b[p, j] times the dc[i, j] that arrived.",
            [](const Term& t) { return t.b[t.p * t.n + t.j]; }, right_db),
        mistake("db: a is not transposed. db = a^T dc, so the sum runs down a's column p: a[i * k + p].",
                right_da, [](const Term& t) { return at(t.a, t.p * t.k + t.i) * t.dc[t.i * t.n + t.j]; }),
        mistake("db: a is read as a (k, m) matrix, a[p * m + i]. It is (m, k), and transposing it swaps the "
                "two indices: "
                "a[i * k + p].",
                right_da, [](const Term& t) { return t.a[t.p * t.m + t.i] * t.dc[t.i * t.n + t.j]; }),
        mistake("db: a is missing. Each term is dc[i, j] times the a[i, p] that b[p, j] was multiplied by.",
                right_da, [](const Term& t) { return t.dc[t.i * t.n + t.j]; }),
        mistake("db: only the last row of the batch counts: each i overwrites the one before (=, where += is "
                "needed).",
                right_da, [](const Term& t) { return t.i + 1 == t.m ? right_db(t) : 0; }),
        mistake(
            "da: only the last j counts: each overwrites the one before (=, where += is needed).",
            [](const Term& t) { return t.j + 1 == t.n ? right_da(t) : 0; }, right_db),
        mistake("db is a mean over the batch. A loss that is a mean has its 1/m in dc already: sum.",
                right_da, [](const Term& t) { return right_db(t) / static_cast<double>(t.m); }),
    };
}

}  // namespace

Exercise matmul_adjoint(MatmulAdjoint adjoint) {
    return {
        "matmul_adjoint",
        {{"matmul_adjoint",
          "td::matmul",
          "core/ops/matmul.cpp",
          {of("three different sizes", 2, 3, 4, 1), of("square matrices", 3, 3, 3, 2),
           of("a batch of one", 1, 3, 2, 3), of("one column", 4, 2, 1, 4), of("a long batch", 5, 2, 3, 5)},
          solved,
          call(adjoint),
          mistakes()}}};
}

}  // namespace exercises::check
