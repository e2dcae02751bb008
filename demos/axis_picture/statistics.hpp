// Statistics of the rows of a matrix, as operations on its tape.
#pragma once

#include <tapedeck/core/ops/ops.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck::demos::lab {

using Var = Variable<float>;

inline Var moment(Var rows, float power) { return mean(pow(rows - mean(rows, 1, true), power), 1); }
inline Var variance(Var rows) { return moment(rows, 2); }
inline Var skewness(Var rows) { return moment(rows, 3) / pow(variance(rows), 1.5); }
inline Var excess_kurtosis(Var rows) { return moment(rows, 4) / square(variance(rows)) - 3; }

/// Each value's place in the order of its row; equal ones share theirs.
inline Var ranks(Var rows) {
    const Tensor<float>& x = rows.value();
    Tensor<float> rank = zeros<float>(x.shape());
    for (std::size_t i = 0; i < x.shape()[0]; ++i)
        for (std::size_t k = 0; k < x.shape()[1]; ++k)
            for (std::size_t other = 0; other < x.shape()[1]; ++other)
                rank(i, k) += x(i, other) < x(i, k) ? 1.0F : x(i, other) == x(i, k) ? 0.5F : 0.0F;
    return rows.tape().input(rank);
}

/// Spearman's, of each row before with the same row after; the mean over the rows.
inline double rank_correlation(Var before, Var after) {
    const Var p = ranks(before), q = ranks(after);
    const Var covariance = mean((p - mean(p, 1, true)) * (q - mean(q, 1, true)), 1);
    return mean(covariance / sqrt(variance(p) * variance(q))).item();
}

}  // namespace tapedeck::demos::lab
