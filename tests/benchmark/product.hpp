// One matrix product, in each form that BLAS has for it; the fastest is found by trying.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include <cblas.h>

#include "protocol.hpp"

namespace benchmark_steps {

/// How c (m, n) = a (m, k) b (k, n) is computed: which of a and b is stored transposed, whether c is, and
/// whether by sgemm or by one sgemv for each row of a; and in pieces of how many of k, added up (0: in one).
struct Form {
    bool a = false, b = false, c = false, by_rows = false;
    int piece = 0;
};

struct Product {
    int m, n, k;
    const float *a, *b;
    float* c;
    Form form = {};

    void run() const {
        const auto flag = [](bool transposed) { return transposed ? CblasTrans : CblasNoTrans; };
        if (form.by_rows) {
            for (int i = 0; i < m; ++i) {
                // b is stored (k, n), or (n, k) where it is transposed.
                cblas_sgemv(CblasRowMajor, flag(!form.b), form.b ? n : k, form.b ? k : n, 1, b,
                            form.b ? k : n, a + static_cast<std::ptrdiff_t>(i) * k, 1, 0,
                            c + static_cast<std::ptrdiff_t>(i) * n, 1);
            }
        } else {
            const int size = form.piece == 0 ? k : form.piece;
            for (int from = 0; from < k; from += size) {
                const float* a_part = a + static_cast<std::ptrdiff_t>(from) * (form.a ? m : 1);
                const float* b_part = b + static_cast<std::ptrdiff_t>(from) * (form.b ? 1 : n);
                const int lda = form.a ? m : k, ldb = form.b ? k : n, inner = std::min(size, k - from);
                const float add = from > 0 ? 1 : 0;
                if (form.c)  // c^T = b^T a^T
                    cblas_sgemm(CblasRowMajor, flag(!form.b), flag(!form.a), n, m, inner, 1, b_part, ldb,
                                a_part, lda, add, c, m);
                else
                    cblas_sgemm(CblasRowMajor, flag(form.a), flag(form.b), m, n, inner, 1, a_part, lda,
                                b_part, ldb, add, c, n);
            }
        }
    }
};

/// All forms; those by rows for few rows only, those in pieces for a small result of many terms.
inline std::vector<Form> forms_of(const Product& p) {
    std::vector<int> pieces{0};
    for (const int piece : {32, 128, 512}) {
        if (piece < p.k && p.m <= 128 && p.n <= 128) pieces.push_back(piece);
    }
    std::vector<Form> all;
    for (const int piece : pieces) {
        for (int bits = 0; bits < 8; ++bits)
            all.push_back({(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, false, piece});
    }
    if (p.m <= 8) {
        for (const bool b : {false, true}) all.push_back({.b = b, .by_rows = true});
    }
    return all;
}

/// The seconds that it takes in its present form: the least of some runs of a millisecond.
inline double time_product(const Product& p) {
    p.run();
    const auto first = Clock::now();
    p.run();
    const double single = std::max(seconds_since(first), 1e-8);
    const int runs = std::max(1, static_cast<int>(1e-3 / single));
    double least = std::numeric_limits<double>::infinity();
    for (int part = 0; part < 7; ++part) {
        const auto start = Clock::now();
        for (int i = 0; i < runs; ++i) p.run();
        least = std::min(least, seconds_since(start) / runs);
    }
    return least;
}

/// Which layout an operand has is the model's choice, so that the floor takes each as it is fastest.
inline Form fastest_form(Product p) {
    Form best;
    double least = std::numeric_limits<double>::infinity();
    for (const Form& form : forms_of(p)) {
        p.form = form;
        const double seconds = time_product(p);
        if (seconds >= least) continue;
        least = seconds;
        best = form;
    }
    return best;
}

}  // namespace benchmark_steps
