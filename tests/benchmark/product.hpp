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
/// whether by sgemm or by one sgemv for each row of a.
struct Form {
    bool a = false, b = false, c = false, by_rows = false;
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
        } else if (form.c) {  // c^T = b^T a^T
            cblas_sgemm(CblasRowMajor, flag(!form.b), flag(!form.a), n, m, k, 1, b, form.b ? k : n, a,
                        form.a ? m : k, 0, c, m);
        } else {
            cblas_sgemm(CblasRowMajor, flag(form.a), flag(form.b), m, n, k, 1, a, form.a ? m : k, b,
                        form.b ? k : n, 0, c, n);
        }
    }
};

/// All forms; those by rows for few rows only.
inline std::vector<Form> forms_of(const Product& p) {
    std::vector<Form> all;
    for (int bits = 0; bits < 8; ++bits) all.push_back({(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0});
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
