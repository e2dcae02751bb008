// Normalization by row: what LayerNorm and RMSNorm do to one sample, forward and backward.
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

/// Of one row of d numbers.
template <class T>
RowStatistics<T> row_statistics(std::size_t d, const T* x, T eps);

/// The same with no mean taken off: center and remainder are 0, and the variance is mean(x^2).
template <class T>
RowStatistics<T> rms_statistics(std::size_t d, const T* x, T eps);

/// y = (x - mean) * rstd * gamma + beta over one row of d numbers; gamma and beta may be null.
template <class T>
void normalize_row(std::size_t d, const T* x, const RowStatistics<T>& statistics, const T* gamma,
                   const T* beta, T* y);

/// The paths by which x reaches y: always directly and through the variance, and, where a mean was taken off,
/// through that.
enum class MeanPath { yes, no };

/// The adjoint. With g = dy * gamma and xhat = (x - mean) * rstd:
/// dx = rstd * (g - mean(g) - xhat * mean(g * xhat)), the middle term only with a path through the mean,
/// assigned or, with `add`, added; dgamma += dy * xhat, dbeta += dy. Each of the three may be null.
template <class T>
void normalize_row_adjoint(std::size_t d, const T* x, const RowStatistics<T>& statistics, MeanPath mean_path,
                           const T* gamma, const T* dy, T* dx, bool add, T* dgamma, T* dbeta);

}  // namespace tapedeck::kernels
