// Normalization by group of channels: what GroupNorm does to one group of one sample, forward and backward.
#pragma once

#include <cstddef>

#include <tapedeck/core/kernels/rows.hpp>

namespace tapedeck::kernels {

/// One group: `channels` runs of `length` numbers, one behind the other. It has one mean and one variance,
/// and each channel its own gamma and beta.
struct GroupShape {
    std::size_t channels, length;
    std::size_t size() const { return channels * length; }
};

/// y = (x - mean) * rstd * gamma + beta; gamma and beta, by channel, may be null.
template <class T>
void normalize_group(const GroupShape& shape, const T* x, const RowStatistics<T>& statistics, const T* gamma,
                     const T* beta, T* y);

/// The adjoint, as normalize_rows_adjoint with a path through the mean; dgamma and dbeta are summed by
/// channel.
template <class T>
void normalize_group_adjoint(const GroupShape& shape, const T* x, const RowStatistics<T>& statistics,
                             const T* gamma, const T* dy, T* dx, bool add, T* dgamma, T* dbeta);

}  // namespace tapedeck::kernels
