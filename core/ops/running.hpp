// How a batch moves running statistics: what BatchNorm and InstanceNorm share.
#pragma once

#include <cmath>

#include <tapedeck/core/ops/normalize.hpp>

namespace tapedeck::op {

/// One batch's update; making it counts the batch.
template <class T>
class RunningUpdate {
  public:
    RunningUpdate(RunningStatistics<T>& running, std::optional<double> momentum) : running_(running) {
        T& seen = running.batches.storage()[0];
        seen += 1;
        weight_ = momentum ? static_cast<T>(*momentum) : T(1) / seen;
    }
    /// Moves one channel's mean and (unbiased) variance towards the batch's; one that is not finite would
    /// stay in the average for good, and is passed over.
    void channel(std::size_t c, T batch_mean, T batch_variance) {
        if (!std::isfinite(batch_mean) || !std::isfinite(batch_variance)) return;
        T& mean = running_.mean.storage()[c];
        T& var = running_.var.storage()[c];
        mean += weight_ * (batch_mean - mean);
        var += weight_ * (batch_variance - var);
    }

  private:
    RunningStatistics<T>& running_;
    T weight_;
};

}  // namespace tapedeck::op
