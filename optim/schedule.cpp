#include <tapedeck/optim/schedule.hpp>

#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck {
namespace {

void check_count(std::string_view who, std::string_view what, std::size_t n) {
    if (!is_size(n))
        throw ValueError(fmt::format("{}: {} is {}; it must be at least 1.", who, what, as_written(n)));
}
void check_rate(std::string_view who, std::string_view what, double x) {
    if (!(x >= 0 && std::isfinite(x)))
        throw ValueError(
            fmt::format("{}: {} is {}; it must be a finite number, and not negative.", who, what, x));
}

}  // namespace

template <class T>
LRSchedule<T>::LRSchedule(Optimizer<T>& optimizer)
    : optimizer_(&optimizer), base_lr_(optimizer.initial_lr()) {
    optimizer.initial_lr_ = base_lr_;
}

template <class T>
void LRSchedule<T>::base_lr(double rate) {
    check_rate("a schedule", "base_lr", rate);
    base_lr_ = rate;
}

template <class T>
void LRSchedule<T>::step() {
    optimizer_->lr(next(steps_ + 1, optimizer_->lr()));
    ++steps_;
}

template <class T>
StepLR<T>::StepLR(Optimizer<T>& optimizer, std::size_t step_size, double gamma)
    : LRSchedule<T>(optimizer), step_size_(step_size), gamma_(gamma) {
    check_count("StepLR", "step_size", step_size);
    check_rate("StepLR", "gamma", gamma);
}

template <class T>
double StepLR<T>::next(std::uint64_t t, double rate) const {
    return t % step_size_ == 0 ? rate * gamma_ : rate;
}

template <class T>
CosineLR<T>::CosineLR(Optimizer<T>& optimizer, std::size_t T_max, double eta_min)
    : LRSchedule<T>(optimizer), T_max_(T_max), eta_min_(eta_min) {
    check_count("CosineLR", "T_max", T_max);
    check_rate("CosineLR", "eta_min", eta_min);
}

template <class T>
double CosineLR<T>::next(std::uint64_t t, double rate) const {
    const double angle = std::numbers::pi / static_cast<double>(T_max_);
    const auto height = [&](std::uint64_t at) { return 1 + std::cos(angle * static_cast<double>(at)); };
    // At the lowest point nothing is left to multiply.
    if ((t + T_max_ - 1) % (2 * T_max_) == 0)
        return rate + (this->base_lr() - eta_min_) * (1 - std::cos(angle)) / 2;
    return height(t) / height(t - 1) * (rate - eta_min_) + eta_min_;
}

template <class T>
WarmupLR<T>::WarmupLR(Optimizer<T>& optimizer, std::size_t total_iters, double start_factor)
    : LRSchedule<T>(optimizer), total_(total_iters), start_(start_factor) {
    check_count("WarmupLR", "total_iters", total_iters);
    if (!(start_factor > 0 && start_factor <= 1)) {
        throw ValueError(
            fmt::format("WarmupLR: start_factor is {}; it must lie in 0 … 1, 0 excluded.", start_factor));
    }
    optimizer.lr(optimizer.lr() * start_factor);
}

template <class T>
double WarmupLR<T>::next(std::uint64_t t, double rate) const {
    if (t > total_) return rate;
    const double rise = 1 - start_;
    return rate * (1 + rise / (static_cast<double>(total_) * start_ + static_cast<double>(t - 1) * rise));
}

#define INSTANTIATE(T)            \
    template class LRSchedule<T>; \
    template class StepLR<T>;     \
    template class CosineLR<T>;   \
    template class WarmupLR<T>;
INSTANTIATE(float)
INSTANTIATE(double)

}  // namespace tapedeck
