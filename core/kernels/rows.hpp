// Normalization by row: what LayerNorm and RMSNorm do to each sample, forward and backward.
#pragma once

#include <cstddef>

namespace tapedeck::kernels {

/// A row's statistics. The mean comes in two parts, center + remainder: x - center is exact for numbers close
/// to it, so that an offset of a million costs no digits (two passes over the differences, never E[x^2] -
/// E[x]^2).
template <class T>
struct RowStatistics {
    T center;
    T remainder;
    T variance;  ///< biased; it may leave T's range where rstd does not
    T rstd;      ///< 1 / sqrt(variance + eps)
};

/// The paths by which x reaches y: always directly and through the variance, and, where a mean was taken off,
/// through that. Without one, center and remainder are 0, and the variance is mean(x^2).
enum class MeanPath { yes, no };

/// Of each of `rows` rows of d numbers.
template <class T>
void row_statistics(std::size_t rows, std::size_t d, const T* x, T eps, MeanPath mean_path,
                    RowStatistics<T>* to);

/// Of one row.
template <class T>
RowStatistics<T> row_statistics(std::size_t d, const T* x, T eps, MeanPath mean_path = MeanPath::yes) {
    RowStatistics<T> statistics;
    row_statistics(1, d, x, eps, mean_path, &statistics);
    return statistics;
}

/// What normalizes each row: gamma and beta, of d numbers, may be null.
template <class T>
struct RowsAffine {
    const T* gamma;
    const T* beta;
};

/// y = (x - mean) * rstd * gamma + beta for each of `rows` rows of d numbers.
template <class T>
void normalize_rows(std::size_t rows, std::size_t d, const T* x, const RowStatistics<T>* statistics,
                    RowsAffine<T> affine, T* y);

/// Where a gradient goes: dx is assigned or, with `add`, added to; dgamma and dbeta are added to. Each may be
/// null.
template <class T>
struct RowsGradient {
    T* dx;
    bool add;
    T* dgamma;
    T* dbeta;
};

/// The adjoint. With g = dy * gamma and xhat = (x - mean) * rstd:
/// dx = rstd * (g - mean(g) - xhat * mean(g * xhat)) by row, the middle term only with a path through the
/// mean; dgamma = sum of dy * xhat, dbeta = sum of dy over the rows.
template <class T>
void normalize_rows_adjoint(std::size_t rows, std::size_t d, const T* x, const RowStatistics<T>* statistics,
                            MeanPath mean_path, const T* gamma, const T* dy, RowsGradient<T> to);

}  // namespace tapedeck::kernels
