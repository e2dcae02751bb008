// How a batch moves running statistics: what BatchNorm and InstanceNorm share.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <tapedeck/core/ops/normalize.hpp>

namespace tapedeck::op {

/// An operation that may normalize with running statistics, to be asked which.
template <class T>
struct ReadsRunningStatistics {
    virtual ~ReadsRunningStatistics() = default;
    /// What the last run normalized with; null when those were the batch's own.
    virtual const RunningStatistics<T>* statistics_read() const = 0;
};

/// Whether all three are there, for so many channels.
template <class T>
bool fits(const RunningStatistics<T>& running, std::size_t channels) {
    const Shape expected{channels};
    return running.mean.shape() == expected && running.var.shape() == expected && running.batches.size() == 1;
}

/// "(4)", or what each of them is when they differ.
template <class T>
std::string shapes(const RunningStatistics<T>& running) {
    if (fits(running, running.mean.size())) return to_text(running.mean.shape());
    return fmt::format("{} in mean, {} in variance, {} in count", to_text(running.mean.shape()),
                       to_text(running.var.shape()), to_text(running.batches.shape()));
}

/// The statistics as they were before a batch, so that it can be taken back.
template <class T>
class RunningBefore {
  public:
    void keep(const RunningStatistics<T>& running) {
        mean_ = running.mean;
        var_ = running.var;
        batches_ = running.batches;
        kept_ = true;
    }
    void forget() { kept_ = false; }
    /// Once, and only what was kept.
    void put_back(RunningStatistics<T>* running) {
        if (!std::exchange(kept_, false)) return;
        running->mean = mean_;
        running->var = var_;
        running->batches = batches_;
    }

  private:
    Tensor<T> mean_, var_, batches_;
    bool kept_ = false;
};

/// One batch's update; making it counts the batch.
template <class T>
class RunningUpdate {
  public:
    RunningUpdate(RunningStatistics<T>& running, std::optional<double> momentum) : running_(running) {
        T& seen = running.batches.storage()[0];
        seen += 1;
        weight_ = momentum ? static_cast<T>(*momentum) : T(1) / seen;
    }
    /// Moves each channel's mean and variance towards the batch's; one that is not finite would
    /// stay in the average for good, and is passed over.
    void channels(const T* batch_mean, const T* batch_variance);

  private:
    RunningStatistics<T>& running_;
    T weight_;
};

}  // namespace tapedeck::op
