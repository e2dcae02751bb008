// Wrong backwards of other operations than normalizations: what goes wrong when one is written by hand.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <tapedeck/core/ops/ops.hpp>

#include "exhibit.hpp"
#include "norms.hpp"

namespace tapedeck::museum {

struct UsualMistake {
    Exhibit::Options operation;
    std::vector<Shape> inputs;
    std::string diagnosis;  ///< "" where none may be given
};

namespace detail {

using F = Forward<double>;
using R = Reverse<double>;

inline double at(const Tensor<double>& x, std::size_t i) { return x.storage()[i]; }

inline void elementwise(F& f, double (*function)(double)) { f.each(function, f.input(0)); }

inline void softmax(F& f) {
    const Tensor<double>& x = f.input(0);
    const std::size_t columns = x.shape()[1];
    Tensor<double>& y = f.output(x.shape());
    for (std::size_t row = 0; row < x.shape()[0]; ++row) {
        double sum = 0;
        for (std::size_t c = 0; c < columns; ++c) sum += std::exp(at(x, row * columns + c));
        for (std::size_t c = 0; c < columns; ++c)
            y.storage()[row * columns + c] = std::exp(at(x, row * columns + c)) / sum;
    }
}

/// (n, m) . (m, k)
inline void matmul(F& f) {
    const Tensor<double>& a = f.input(0);
    const Tensor<double>& b = f.input(1);
    const std::size_t m = a.shape()[1], k = b.shape()[1];
    Tensor<double>& y = f.output({a.shape()[0], k});
    for (std::size_t i = 0; i < y.size(); ++i) {
        y.storage()[i] = 0;
        for (std::size_t j = 0; j < m; ++j) y.storage()[i] += at(a, i / k * m + j) * at(b, j * k + i % k);
    }
}

/// da = dy . b, where dy . b^T is right
inline void matmul_transposed_operand(R& r) {
    const std::size_t n = r.input(0).shape()[0];
    give(r, 0, [&](std::size_t i) {
        double sum = 0;
        for (std::size_t j = 0; j < n; ++j)
            sum += at(r.upstream(), i / n * n + j) * at(r.input(1), j * n + i % n);
        return sum;
    });
    give(r, 1, [&](std::size_t i) {
        double sum = 0;
        for (std::size_t j = 0; j < n; ++j)
            sum += at(r.input(0), j * n + i / n) * at(r.upstream(), j * n + i % n);
        return sum;
    });
}

/// db = dy^T . a, where a^T . dy is right: written out in the shape of its transpose
inline void matmul_transposed_gradient(R& r) {
    const std::size_t n = r.input(0).shape()[0], m = r.input(0).shape()[1], k = r.input(1).shape()[1];
    give(r, 0, [&](std::size_t i) {
        double sum = 0;
        for (std::size_t j = 0; j < k; ++j)
            sum += at(r.upstream(), i / m * k + j) * at(r.input(1), i % m * k + j);
        return sum;
    });
    give(r, 1, [&](std::size_t i) {
        double sum = 0;
        for (std::size_t j = 0; j < n; ++j)
            sum += at(r.upstream(), j * k + i / m) * at(r.input(0), j * m + i % m);
        return sum;
    });
}

inline void variance(F& f, double less) {
    const Tensor<double>& x = f.input(0);
    const double n = static_cast<double>(x.size());
    double mean = 0, sum = 0;
    for (const double v : x) mean += v / n;
    for (const double v : x) sum += (v - mean) * (v - mean);
    f.output({}).storage()[0] = sum / (n - less);
}

inline void variance_adjoint(R& r, double factor) {
    const Tensor<double>& x = r.input(0);
    double mean = 0;
    for (const double v : x) mean += v / static_cast<double>(x.size());
    give(r, 0, [&](std::size_t i) { return at(r.upstream(), 0) * factor * (at(x, i) - mean); });
}

/// w = a * v / |v| by row: v (n, m), a (n, 1)
inline void weight_norm(F& f) {
    const Tensor<double>& v = f.input(0);
    const std::size_t m = v.shape()[1];
    Tensor<double>& w = f.output(v.shape());
    for (std::size_t i = 0; i < v.size(); ++i) {
        double squares = 0;
        for (std::size_t j = 0; j < m; ++j) squares += at(v, i / m * m + j) * at(v, i / m * m + j);
        w.storage()[i] = at(f.input(1), i / m) * at(v, i) / std::sqrt(squares);
    }
}

/// dv = (a / |v|) * (weight ? dw : dw / a) - norm_path * (…) * v; da = dw . v / |v|
inline void weight_norm_adjoint(R& r, double norm_path, bool weight) {
    const Tensor<double>& v = r.input(0);
    const std::size_t m = v.shape()[1];
    const auto over_row = [&](std::size_t row, const Tensor<double>& with) {
        double sum = 0;
        for (std::size_t j = 0; j < m; ++j) sum += at(v, row * m + j) * at(with, row * m + j);
        return sum;
    };
    give(r, 0, [&](std::size_t i) {
        const std::size_t row = i / m;
        const double length = std::sqrt(over_row(row, v));
        const double along = over_row(row, r.upstream()) / (length * length);
        const double a = weight ? at(r.input(1), row) : 1;
        return a / length * (at(r.upstream(), i) - norm_path * along * at(v, i));
    });
    give(r, 1, [&](std::size_t row) { return over_row(row, r.upstream()) / std::sqrt(over_row(row, v)); });
}

}  // namespace detail

inline std::vector<UsualMistake> usual_mistakes() {
    using namespace detail;
    const auto sigmoid = [](F& f) { elementwise(f, [](double x) { return 1 / (1 + std::exp(-x)); }); };
    const auto tanh = [](F& f) { elementwise(f, [](double x) { return std::tanh(x); }); };
    const auto exp = [](F& f) { elementwise(f, [](double x) { return std::exp(x); }); };
    const auto square = [](F& f) { elementwise(f, [](double x) { return x * x; }); };
    const auto relu = [](F& f) { elementwise(f, [](double x) { return x > 0 ? x : 0; }); };
    const auto add = [](F& f) { f.each([](auto a, auto b) { return a + b; }, f.input(0), f.input(1)); };
    const auto multiply = [](F& f) { f.each([](auto a, auto b) { return a * b; }, f.input(0), f.input(1)); };
    const auto total = [](F& f) {
        double sum = 0;
        for (const double v : f.input(0)) sum += v;
        f.output({}).storage()[0] = sum;
    };
    const auto deviation = [](F& f) {
        variance(f, 0);
        double& y = f.output({}).storage()[0];
        y = std::sqrt(y);
    };
    const auto each = [](auto formula) {
        return [formula](R& r) { r.each(0, formula, r.upstream(), r.input(0), r.output()); };
    };
    return {
        {{"Sigmoid", sigmoid, each([](auto dy, auto x, auto) { return dy * x * (1 - x); })},
         {{5, 3}},
         "recorded is dy * (v * (1 - v)) of Sigmoid's input, where v must be its output"},
        {{"Tanh", tanh, each([](auto dy, auto x, auto) { return dy * (1 - x * x); })},
         {{5, 3}},
         "recorded is dy * (1 - v^2) of Tanh's input, where v must be its output"},
        {{"Exp", exp, each([](auto dy, auto x, auto) { return dy * x; })},
         {{5, 3}},
         "recorded is dy * (v) of Exp's input"},
        {{"Square", square, each([](auto dy, auto, auto y) { return 2 * dy * y; })},
         {{5, 3}},
         "recorded is dy * (2 * v) of Square's output, where v must be its input"},
        {{"Tanh", tanh, each([](auto, auto, auto y) { return 1 - y * y; })},
         {{5, 3}},
         "a factor the upstream gradient dy of Tanh is forgotten"},
        {{"Tanh", tanh, each([](auto dy, auto, auto y) { return -dy * (1 - y * y); })},
         {{5, 3}},
         "the sign is wrong"},
        {{"Square", square, each([](auto dy, auto x, auto) { return dy * x; })},
         {{5, 3}},
         "which is 1/2: a factor 2 is missing"},
        {{"Square", square, each([](auto dy, auto x, auto) { return 4 * dy * x; })},
         {{5, 3}},
         "which is 2: something is counted twice"},
        {{"ReLU", relu, each([](auto dy, auto, auto) { return dy; })}, {{5, 3}}, ""},
        {{"Tanh", tanh, each([](auto dy, auto, auto y) { return dy * (1 - y); })}, {{5, 3}}, ""},
        {{"Product", multiply,
          [](R& r) {  // the same operand for both
              give(r, 0, [&](std::size_t i) { return at(r.upstream(), i) * at(r.input(1), i); });
              give(r, 1, [&](std::size_t i) { return at(r.upstream(), i) * at(r.input(1), i); });
          }},
         {{5, 3}, {5, 3}},
         "recorded is dy * argument 1, where dy * input 0 of Product belongs"},
        {{"AddRow", add,
          [](R& r) {
              give(r, 0, [&](std::size_t i) { return at(r.upstream(), i); });
              give(r, 1, [&](std::size_t i) { return at(r.upstream(), 4 * 3 + i); });
          }},
         {{5, 3}, {3}},
         "AddRow stretches it along axis 0, and recorded is the last slice where the sum belongs"},
        {{"ScaleColumn", multiply,
          [](R& r) {
              give(r, 0, [&](std::size_t i) { return at(r.upstream(), i) * at(r.input(1), i / 3); });
              give(r, 1, [&](std::size_t i) { return at(r.upstream(), 3 * i) * at(r.input(0), 3 * i); });
          }},
         {{5, 3}, {5, 1}},
         "ScaleColumn stretches it along axis 1, and recorded is the first slice where the sum belongs"},
        {{"Scale", multiply,
          [](R& r) {
              give(r, 0, [&](std::size_t i) { return at(r.upstream(), i); });
              give(r, 1, [&](std::size_t i) { return at(r.upstream(), i) * at(r.input(0), i); });
          }},
         {{5, 3}, {5, 3}},
         "recorded * argument 1 is the numeric gradient: a factor argument 1 is forgotten"},
        {{"Matmul", matmul, matmul_transposed_operand},
         {{4, 4}, {4, 4}},
         "a factor of the product is transposed: recorded is dy . b, and dy . b^T is right"},
        {{"Matmul", matmul, matmul_transposed_gradient},
         {{5, 3}, {3, 4}},
         "it is transposed: recorded is the numeric gradient with axes 0 and 1 exchanged"},
        {{"Softmax", softmax, each([](auto dy, auto, auto y) { return dy * y; })},
         {{4, 5}},
         "the cross term of the softmax is missing: dx lacks - y * (sum of dy * y over axis 1)"},
        {{"LogSoftmax",
          [](F& f) {
              softmax(f);
              for (double& v : f.output(f.input(0).shape()).storage()) v = std::log(v);
          },
          each([](auto dy, auto, auto) { return dy; })},
         {{4, 5}},
         "the cross term of the log-softmax is missing: dx lacks - softmax(x) * (sum of dy over axis 1)"},
        {{"Variance", [](F& f) { variance(f, 1); }, [](R& r) { variance_adjoint(r, 2.0 / 8); }},
         {{8}},
         "which is (n-1)/n with n = 8: n where n - 1 belongs"},
        {{"Variance", [](F& f) { variance(f, 0); }, [](R& r) { variance_adjoint(r, 2.0 / 7); }},
         {{8}},
         "which is n/(n-1) with n = 8: n - 1 where n belongs"},
        {{"Deviation", deviation,
          [](R& r) { variance_adjoint(r, 1 / (8 * at(r.output(), 0)) * std::sqrt(7.0 / 8)); }},
         {{8}},
         "which is the root of (n-1)/n with n = 8"},
        {{"Mean",
          [total](F& f) {
              total(f);
              f.output({}).storage()[0] /= 15;
          },
          [](R& r) { give(r, 0, [&](std::size_t) { return at(r.upstream(), 0); }); }},
         {{5, 3}},
         "which is n = 15, as of a sum where the mean belongs"},
        {{"WeightNorm", weight_norm, [](R& r) { weight_norm_adjoint(r, 0, true); }},
         {{4, 3}, {4, 1}},
         "the path through the mean square is missing"},
        {{"WeightNorm", weight_norm, [](R& r) { weight_norm_adjoint(r, -1, true); }},
         {{4, 3}, {4, 1}},
         "the path through the mean square has the wrong sign"},
        {{"WeightNorm", weight_norm, [](R& r) { weight_norm_adjoint(r, 1, false); }},
         {{4, 3}, {4, 1}},
         "a factor argument 1 is forgotten"},
        {{"WeightNorm", weight_norm, [](R& r) { give(r, 1, [](std::size_t) { return 0.0; }); }},
         {{4, 3}, {4, 1}},
         "all zeros"},
    };
}

}  // namespace tapedeck::museum
