#include "tests/exercises/mistakes.hpp"

namespace exercises::test {
namespace {

void bias_solved(Size m, Size n, In dy, Out db) {
    for (Size i = 0; i < m; ++i)
        for (Size j = 0; j < n; ++j) db[j] += dy[i * n + j];
}

void sum_solved(Size m, Size n, In ds, Out dx) {
    for (Size i = 0; i < m; ++i)
        for (Size j = 0; j < n; ++j) dx[i * n + j] += ds[j];
}

check::Exercise bias(check::BiasAdjoint written) {
    return check::sum_adjoint(std::move(written), sum_solved);
}
check::Exercise sum(check::SumAdjoint written) { return check::sum_adjoint(bias_solved, std::move(written)); }

TEST_CASE("the exercise sum_adjoint: a blank is told from a mistake, and a right solution passes") {
    const auto blank = [](Size, Size, In, Out) { nothing_written_yet("db"); };
    not_written(bias(blank), "db in ");
    not_written(sum(blank), "db in ");
    right(bias(bias_solved));
    each_mistake_is_named(bias(bias_solved));
    const auto half = judge(sum(blank));
    CHECK(half.text.find("bias_adjoint is right") != std::string::npos);
    CHECK(half.text.find("sum_adjoint: nothing is written yet") != std::string::npos);
}

TEST_CASE("the exercise sum_adjoint: students' mistakes are named") {
    refused(bias([](Size m, Size n, In dy, Out db) {
                for (Size j = 0; j < n; ++j) {
                    double sum = 0;
                    for (Size i = 0; i < m; ++i) sum += dy[i * n + j];
                    db[j] += sum / static_cast<double>(m);
                }
            }),
            "You took the mean over the rows");
    refused(bias([](Size m, Size n, In dy, Out db) {
                for (Size i = 0; i < m; ++i)
                    for (Size j = 0; j < n; ++j) db[j] = dy[i * n + j];
            }),
            "Only the last row's gradient is left");
    // Where there are more rows than columns, it writes outside as well.
    refused(bias([](Size m, Size n, In dy, Out db) {
                for (Size i = 0; i < m; ++i)
                    for (Size j = 0; j < n; ++j) db.data()[i] += dy[i * n + j];
            }),
            "db has 2 elements, and db[2] was written: an index goes outside of its array. You summed along "
            "each row");
    const auto whole = [](Size a, Size b) { return static_cast<double>(a / b); };
    refused(bias([whole](Size m, Size n, In dy, Out db) {
                for (Size j = 0; j < n; ++j) {
                    double sum = 0;
                    for (Size i = 0; i < m; ++i) sum += dy[i * n + j];
                    db[j] += sum * whole(1, m);
                }
            }),
            "1/m is 0 in whole numbers");
    refused(sum([whole](Size m, Size n, In ds, Out dx) {
                for (Size i = 0; i < m; ++i)
                    for (Size j = 0; j < n; ++j) dx[i * n + j] += ds[j] * whole(1, m);
            }),
            "1/m is 0 in whole numbers");
    refused(bias([](Size m, Size n, In dy, Out db) {
                double sum = 0;
                for (Size j = 0; j < n; ++j) {
                    for (Size i = 0; i < m; ++i) sum += dy[i * n + j];
                    db[j] += sum;
                }
            }),
            "The sum is not set to 0 for each column");
    refused(bias([](Size m, Size n, In dy, Out db) {
                for (Size i = 1; i < m; ++i)
                    for (Size j = 0; j < n; ++j) db[j] += dy[i * n + j];
            }),
            "The first row is left out");
    refused(bias([](Size m, Size n, In dy, Out db) {
                for (Size i = 0; i + 1 < m; ++i)
                    for (Size j = 0; j < n; ++j) db[j] += dy[i * n + j];
            }),
            "The last row is left out");
    refused(sum([](Size m, Size n, In ds, Out dx) {
                for (Size i = 1; i < m; ++i)
                    for (Size j = 0; j < n; ++j) dx[i * n + j] += ds[j];
            }),
            "dx[0, 0] and 3 more are untouched");
    refused(sum([](Size, Size n, In ds, Out dx) {
                for (Size j = 0; j < n; ++j) dx[j] += ds[j];
            }),
            "Only the first row gets a gradient");
    refused(sum([](Size m, Size n, In ds, Out dx) {
                for (Size i = 0; i < m; ++i)
                    for (Size j = 0; j < n; ++j) dx[i * n + j] += ds.data()[i];
            }),
            "You took ds by row");
    refused(sum([](Size m, Size n, In ds, Out dx) {
                for (Size i = 0; i < m; ++i)
                    for (Size j = 0; j < n; ++j) dx[i * n + j] = ds[j];
            }),
            "dx is overwritten");
}

void product_solved(Size m, Size k, Size n, In a, In b, In dc, Out da, Out db) {
    for (Size i = 0; i < m; ++i)
        for (Size j = 0; j < n; ++j)
            for (Size p = 0; p < k; ++p) {
                da[i * k + p] += dc[i * n + j] * b[p * n + j];
                db[p * n + j] += a[i * k + p] * dc[i * n + j];
            }
}

check::Exercise product(check::MatmulAdjoint written) { return check::matmul_adjoint(std::move(written)); }

TEST_CASE("the exercise matmul_adjoint: a blank is told from a mistake, and a right solution passes") {
    not_written(product([](Size, Size, Size, In, In, In, Out, Out) { nothing_written_yet("da and db"); }),
                "da and db in ");
    right(product(product_solved));
    each_mistake_is_named(product(product_solved));
}

TEST_CASE("the exercise matmul_adjoint: students' mistakes are named") {
    refused(product([](Size m, Size k, Size n, In a, In b, In dc, Out da, Out db) {
                for (Size i = 0; i < m; ++i)
                    for (Size j = 0; j < n; ++j)
                        for (Size p = 0; p < k; ++p) {
                            da[i * k + p] += dc[i * n + j] * b.data()[j * n + p];
                            db[p * n + j] += a[i * k + p] * dc[i * n + j];
                        }
            }),
            "da: b is not transposed");
    refused(product([](Size m, Size k, Size n, In a, In b, In dc, Out da, Out db) {
                for (Size i = 0; i < m; ++i)
                    for (Size j = 0; j < n; ++j)
                        for (Size p = 0; p < k; ++p) {
                            da[i * k + p] += dc[i * n + j] * b[p * n + j];
                            db[p * n + j] += a[p * m + i] * dc[i * n + j];
                        }
            }),
            "db: a is read as a (k, m) matrix");
    refused(product([](Size m, Size k, Size n, In a, In b, In dc, Out da, Out db) {
                for (Size i = 0; i < m; ++i)
                    for (Size j = 0; j < n; ++j)
                        for (Size p = 0; p < k; ++p) {
                            da[i * k + p] += dc[i * n + j] * b[p * n + j];
                            db[p * n + j] = a[i * k + p] * dc[i * n + j];
                        }
            }),
            "db: only the last row of the batch counts");
    refused(product([](Size m, Size k, Size n, In, In b, In dc, Out da, Out) {
                for (Size i = 0; i < m; ++i)
                    for (Size j = 0; j < n; ++j)
                        for (Size p = 0; p < k; ++p) da[i * k + p] += dc[i * n + j] * b[p * n + j];
            }),
            "But da is right.\n  Why: Nothing is added to db");
    refused(product([](Size m, Size k, Size n, In a, In b, In dc, Out da, Out db) {
                check::Values minus(dc.size());
                for (Size i = 0; i < dc.size(); ++i) minus[i] = -dc[i];
                product_solved(m, k, n, a, b, minus, da, db);
            }),
            "da has the wrong sign, everywhere");
}

}  // namespace
}  // namespace exercises::test
