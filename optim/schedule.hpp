// Learning-rate schedules: how the rate changes from step to step.
#pragma once

#include <cstddef>
#include <cstdint>

#include <tapedeck/optim/optimizer.hpp>

namespace tapedeck {

/// Changes its optimizer's rate at each step(), which is called once an epoch, or once a batch, after the
/// optimizer's own. The new rate follows from the old one, as in PyTorch: a rate set by hand is taken up, and
/// two schedules of one optimizer multiply. Copies go on with the same optimizer.
template <class T = float>
class LRSchedule {
  public:
    virtual ~LRSchedule() = default;
    /// The next rate. @throws ValueError when it is none: an optimizer's rate was set so that it overflows.
    void step();
    /// The calls of step() so far: with base_lr() and the optimizer's rate, all that a schedule remembers.
    std::uint64_t steps() const { return steps_; }
    /// Goes on as after so many calls, for a training that is resumed; the optimizer's rate is not touched.
    void steps(std::uint64_t taken) { steps_ = taken; }
    /// lr_0, the rate that it starts from: the optimizer's initial_lr() when the schedule is made.
    double base_lr() const { return base_lr_; }
    /// Sets it, for a training that is resumed; the optimizer's rates are not touched.
    /// @throws ValueError when negative, infinite or not a number.
    void base_lr(double rate);

  protected:
    /// Of this optimizer, which must outlive it; no step is taken yet.
    explicit LRSchedule(Optimizer<T>& optimizer);
    LRSchedule(const LRSchedule&) = default;
    LRSchedule& operator=(const LRSchedule&) = default;

    /// The rate after call t of step(), t = 1, 2, …, from the one before it.
    virtual double next(std::uint64_t t, double rate) const = 0;

  private:
    Optimizer<T>* optimizer_;
    double base_lr_;
    std::uint64_t steps_ = 0;
};

/// lr_t = lr_0 * gamma^floor(t / step_size), as torch.optim.lr_scheduler.StepLR.
template <class T = float>
class StepLR final : public LRSchedule<T> {
  public:
    /// @throws ValueError when step_size is 0, or gamma negative or not finite.
    StepLR(Optimizer<T>& optimizer, std::size_t step_size, double gamma = 0.1);

  private:
    double next(std::uint64_t t, double rate) const override;
    std::size_t step_size_;
    double gamma_;
};

/// lr_t = eta_min + (lr_0 - eta_min) * (1 + cos(pi t / T_max)) / 2 (Loshchilov, Hutter 2017, equation 5), as
/// torch.optim.lr_scheduler.CosineAnnealingLR: down to eta_min at T_max, then up again. lr_0 is base_lr().
template <class T = float>
class CosineLR final : public LRSchedule<T> {
  public:
    /// @throws ValueError when T_max is 0, or eta_min negative or not finite.
    CosineLR(Optimizer<T>& optimizer, std::size_t T_max, double eta_min = 0);

  private:
    double next(std::uint64_t t, double rate) const override;
    std::size_t T_max_;
    double eta_min_;
};

/// lr_t = lr_0 * (s + (1 - s) * min(t, total_iters) / total_iters) with s the start_factor, as
/// torch.optim.lr_scheduler.LinearLR with an end_factor of 1 (gradual warm-up: Goyal 2017, section 2.2).
/// Making it sets the rate to lr_0 * s: make it before the first step.
template <class T = float>
class WarmupLR final : public LRSchedule<T> {
  public:
    /// @throws ValueError when total_iters is 0, or start_factor not in 0 … 1, 0 excluded.
    explicit WarmupLR(Optimizer<T>& optimizer, std::size_t total_iters = 5, double start_factor = 1.0 / 3);

  private:
    double next(std::uint64_t t, double rate) const override;
    std::size_t total_;
    double start_;
};

#define TAPEDECK_EXTERN(T)               \
    extern template class LRSchedule<T>; \
    extern template class StepLR<T>;     \
    extern template class CosineLR<T>;   \
    extern template class WarmupLR<T>;
TAPEDECK_EXTERN(float)
TAPEDECK_EXTERN(double)
#undef TAPEDECK_EXTERN

}  // namespace tapedeck
