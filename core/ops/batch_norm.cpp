#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/kernels/accuracy.hpp>
#include <tapedeck/core/kernels/columns.hpp>
#include <tapedeck/core/ops/affine_inputs.hpp>
#include <tapedeck/core/ops/grouping.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/ops/normalize.hpp>
#include <tapedeck/core/ops/running.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

/// y = (x - mean) * rstd * weight + bias, by channel
template <class T>
struct BatchNorm final : Op<T>, Normalization<T>, ReadsRunningStatistics<T> {
    struct Options {
        RunningStatistics<T>* running = nullptr;
        BatchNormMode mode;
        AffineInputs affine;
    };
    Options options;
    // By channel: the mean in two parts, the biased variance, 1 / sqrt(variance + eps), room for the kernels,
    // and what the running statistics move towards.
    SmallVector<T, 1, 64> center, remainder, variance, rstd, scale, shift, sum_dy, sum_dy_xhat, mean,
        unbiased;
    RunningBefore<T> before;

    std::string_view name() const override { return "BatchNorm"; }
    std::string_view rule() const override {
        return own_statistics() ? "dx = weight * rstd * (dy - mean(dy) - xhat * mean(dy * xhat)) by channel; "
                                  "dweight = sum of dy * xhat, dbias = sum of dy"
                                : "dx = weight * rstd * dy with the running variance's rstd; dweight = sum "
                                  "of dy * xhat, dbias = sum of dy";
    }

    void forward(Forward<T>& f) override {
        check(f);
        const Tensor<T>& x = f.input(0);
        const kernels::ChannelShape shape = channels(x.shape());
        // A repetition keeps the running statistics that it had, as a dropout keeps its mask.
        const bool repeats = f.frozen() && variance.size() == shape.channels;
        for (auto* v :
             {&center, &remainder, &variance, &rstd, &scale, &shift, &sum_dy, &sum_dy_xhat, &mean, &unbiased})
            v->resize(shape.channels);
        if (own_statistics()) {
            kernels::channel_statistics(shape, x.storage().data(), center.data(), remainder.data(),
                                        variance.data());
        } else if (!repeats) {
            std::copy_n(options.running->mean.storage().data(), shape.channels, center.data());
            std::fill_n(remainder.data(), shape.channels, T(0));
            std::copy_n(options.running->var.storage().data(), shape.channels, variance.data());
        }
        const T* weight = options.affine.weight(f);
        const T* bias = options.affine.bias(f);
        const T eps = static_cast<T>(options.mode.eps);
        if (!kernels::inverse_roots(shape.channels, variance.data(), eps, rstd.data())) [[unlikely]]
            divide_out_of_range(f);
        const kernels::Stream<T> roots{rstd.data()}, one{&kOne, true}, zero{&kZero, true};
        const auto times = [](auto a, auto b) { return a * b; };
        kernels::map<false>(shape.channels, scale.data(), times, roots,
                            weight != nullptr ? kernels::Stream<T>{weight} : one);
        kernels::map<false>(
            shape.channels, shift.data(), [](auto v) { return v; },
            bias != nullptr ? kernels::Stream<T>{bias} : zero);
        Tensor<T>& y = f.output(x.shape());
        kernels::scale_channels(shape, x.storage().data(), center.data(), remainder.data(), scale.data(),
                                shift.data(), y.storage().data());
        before.forget();
        if (options.mode.training && options.running != nullptr && !f.frozen()) update_running(shape);
    }
    void take_back() override { before.put_back(options.running); }

    const RunningStatistics<T>* statistics_read() const override {
        return own_statistics() ? nullptr : options.running;
    }

    void adjoint(Reverse<T>& r) override {
        const Tensor<T>& x = r.input(0);
        const kernels::ChannelShape shape = channels(x.shape());
        const T* dy = r.upstream().storage().data();
        kernels::channel_sums(shape, x.storage().data(), center.data(), remainder.data(), rstd.data(), dy,
                              sum_dy.data(), sum_dy_xhat.data());
        const auto same = [](auto v) { return v; };
        if (T* dweight = options.affine.weight_gradient(r))
            kernels::map<true>(shape.channels, dweight, same, kernels::Stream<T>{sum_dy_xhat.data()});
        if (T* dbias = options.affine.bias_gradient(r))
            kernels::map<true>(shape.channels, dbias, same, kernels::Stream<T>{sum_dy.data()});
        if (!r.needs(0)) return;
        // The path through the mean and the path through the variance; running statistics don't depend on x.
        const T share = own_statistics() ? T(1) / static_cast<T>(shape.per_channel()) : T(0);
        kernels::map<false>(
            shape.channels, sum_dy.data(), [share](auto sum) { return sum * decltype(sum)(share); },
            kernels::Stream<T>{sum_dy.data()});
        kernels::map<false>(
            shape.channels, sum_dy_xhat.data(),
            [share](auto sum, auto root) { return sum * decltype(sum)(share) * root; },
            kernels::Stream<T>{sum_dy_xhat.data()}, kernels::Stream<T>{rstd.data()});
        const Deposit<T> dx = r.deposit(0);
        kernels::channel_gradient(shape, x.storage().data(), center.data(), remainder.data(), dy,
                                  scale.data(), sum_dy.data(), sum_dy_xhat.data(), dx.data, dx.add);
    }

    Grouping<T> grouping(const Shape& x) const override {
        Grouping<T> all{.has_weight = options.affine.has_weight, .depends_on_x = own_statistics()};
        const kernels::ChannelShape shape = channels(x);
        for (std::size_t i = 0; i < elements(x); ++i)
            all.group.push_back(static_cast<std::uint32_t>(i / shape.length % shape.channels));
        all.feature = all.group;
        for (std::size_t c = 0; c < shape.channels; ++c) all.add(center[c] + remainder[c], rstd[c]);
        return all;
    }

  private:
    static constexpr T kZero = 0, kOne = 1;

    bool own_statistics() const { return options.mode.training || options.running == nullptr; }

    static kernels::ChannelShape channels(const Shape& x) { return {x[0], x[1], x.size() == 3 ? x[2] : 1}; }

    void check(const Forward<T>& f) const {
        const Shape& x = f.input(0).shape();
        if ((x.size() != 2 && x.size() != 3) || x[1] == 0)
            f.fail(fmt::format("x is {}: expected (N, C) or (N, C, L) with C at least 1.", to_text(x)),
                   {"x"});
        const Shape expected{x[1]};
        if (options.running != nullptr && !fits(*options.running, x[1])) {
            f.fail(
                fmt::format("x is {}, the running statistics are {}: x must have {} channels in its second "
                            "dimension.",
                            to_text(x), shapes(*options.running), options.running->mean.size()),
                {"x"});
        }
        options.affine.check(f, expected);
        const auto& mode = options.mode;
        if (!(mode.eps >= 0))
            f.template fail<ValueError>(fmt::format("eps is {}: it must not be negative.", mode.eps));
        if (mode.momentum && !(*mode.momentum >= 0 && *mode.momentum <= 1))
            f.template fail<ValueError>(fmt::format(
                "momentum is {}: it must lie in 0 … 1 (it weighs the new batch).", *mode.momentum));
        if (own_statistics() && channels(x).per_channel() < 2) {
            f.template fail<ValueError>(fmt::format("expected more than 1 value per channel when training, "
                                                    "got input size {}; give a larger batch, or call eval().",
                                                    to_text(x)),
                                        {"x"});
        }
    }

    /// rstd where the variance left T's range.
    void divide_out_of_range(Forward<T>& f) {
        const Tensor<T>& x = f.input(0);
        const kernels::ChannelShape shape = channels(x.shape());
        for (std::size_t c = 0; c < shape.channels; ++c) {
            if (own_statistics() && std::isfinite(center[c]) &&
                kernels::leaves_range(variance[c], static_cast<T>(options.mode.eps)))
                rstd[c] = kernels::rstd_out_of_range(shape, x.storage().data(), c, options.mode.eps);
            if (std::isinf(rstd[c])) {
                f.template fail<NonFiniteError>(
                    fmt::format("{} and eps is 0: nothing can be divided by its root; give a positive eps.",
                                own_statistics()
                                    ? fmt::format("channel {} of {} is constant, so that its variance is 0,",
                                                  c, shape.channels)
                                    : fmt::format("the running variance of channel {} of {} is 0,", c,
                                                  shape.channels)),
                    {"x"});
            }
        }
    }

    void update_running(const kernels::ChannelShape& shape) {
        before.keep(*options.running);
        RunningUpdate<T> update(*options.running, options.mode.momentum);
        const T n = static_cast<T>(shape.per_channel());
        kernels::map<false>(
            shape.channels, mean.data(), [](auto a, auto b) { return a + b; },
            kernels::Stream<T>{center.data()}, kernels::Stream<T>{remainder.data()});
        if (!options.mode.unbiased_running_var) return update.channels(mean.data(), variance.data());
        kernels::map<false>(
            shape.channels, unbiased.data(), [n](auto v) { return v * decltype(v)(n) / decltype(v)(n - 1); },
            kernels::Stream<T>{variance.data()});
        update.channels(mean.data(), unbiased.data());
    }
};

}  // namespace op

template <class T>
Variable<T> batch_norm(Variable<T> x, std::type_identity_t<RunningStatistics<T>>* running, Optional<T> weight,
                       Optional<T> bias, BatchNormMode mode, Where where) {
    return op::record_with_affine<op::BatchNorm<T>>(where, x, weight, bias, [&](op::AffineInputs affine) {
        return typename op::BatchNorm<T>::Options{running, mode, affine};
    });
}

#define INSTANTIATE(T)                                                                              \
    template Variable<T> batch_norm(Variable<T>, RunningStatistics<T>*, std::optional<Variable<T>>, \
                                    std::optional<Variable<T>>, BatchNormMode, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
