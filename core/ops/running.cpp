#include <tapedeck/core/ops/running.hpp>

#include <limits>

#include <tapedeck/core/kernels/map.hpp>

namespace tapedeck::op {

template <class T>
void RunningUpdate<T>::channels(const T* batch_mean, const T* batch_variance) {
    const auto move = [this](const T* goal, Tensor<T>& running, const T* other) {
        const auto towards = [weight = weight_](auto old, auto to, auto beside) {
            using V = decltype(old);
            using op::abs, op::select;
            const V most(std::numeric_limits<T>::max());
            return select(abs(to) <= most && abs(beside) <= most, old + V(weight) * (to - old), old);
        };
        kernels::map<false>(running.size(), running.storage().data(), towards,
                            kernels::Stream<T>{running.storage().data()}, kernels::Stream<T>{goal},
                            kernels::Stream<T>{other});
    };
    move(batch_mean, running_.mean, batch_variance);
    move(batch_variance, running_.var, batch_mean);
}

template class RunningUpdate<float>;
template class RunningUpdate<double>;

}  // namespace tapedeck::op
