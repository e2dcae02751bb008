// Normalization by channel: what BatchNorm does to (N, C, L) data, forward and backward.
#pragma once

#include <cstddef>
#include <span>

namespace tapedeck::kernels {

/// Data of shape (batch, channels, length); (N, C) is length 1. A statistic of a channel is taken over batch
/// and length.
struct ChannelShape {
    std::size_t batch, channels, length;
    std::size_t per_channel() const { return batch * length; }
};

/// The mean of each channel in two parts, mean = center + remainder (see RowStatistics), and its biased
/// variance.
template <class T>
void channel_statistics(const ChannelShape& shape, const T* x, T* center, T* remainder, T* variance);

/// rstd = 1 / sqrt(variance + eps) of n channels; whether all variances are in T's range.
template <class T>
bool inverse_roots(std::size_t n, const T* variance, T eps, T* rstd);

/// 1 / sqrt(variance + eps) of one channel whose variance leaves T's range, above or below: computed in long
/// double.
template <class T>
T rstd_out_of_range(const ChannelShape& shape, const T* x, std::size_t channel, double eps);

/// y = ((x - center) - remainder) * scale + shift, each of the four by channel.
template <class T>
void scale_channels(const ChannelShape& shape, const T* x, const T* center, const T* remainder,
                    const T* scale, const T* shift, T* y);

/// sum_dy = sum of dy, sum_dy_xhat = sum of dy * xhat with xhat = ((x - center) - remainder) * rstd, by
/// channel.
template <class T>
void channel_sums(const ChannelShape& shape, const T* x, const T* center, const T* remainder, const T* rstd,
                  const T* dy, T* sum_dy, T* sum_dy_xhat);

/// dx = scale * (dy - a - ((x - center) - remainder) * b), assigned or, with `add`, added.
template <class T>
void channel_gradient(const ChannelShape& shape, const T* x, const T* center, const T* remainder, const T* dy,
                      const T* scale, const T* a, const T* b, T* dx, bool add);

}  // namespace tapedeck::kernels
