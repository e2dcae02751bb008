#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/forward.hpp>
#include <tapedeck/core/kernels/groups.hpp>
#include <tapedeck/core/ops/affine_inputs.hpp>
#include <tapedeck/core/ops/grouping.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/ops/normalize.hpp>
#include <tapedeck/core/ops/running.hpp>
#include <tapedeck/core/ops/shape.hpp>
#include <tapedeck/core/reverse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {
namespace op {

/// y = (x - mean) * rstd * weight + bias, by group of channels of each sample: GroupNorm. A group for each
/// channel, which may then keep running statistics: InstanceNorm.
template <class T, bool kInstance>
struct ChannelGroupNorm final : Op<T>, Normalization<T> {
    struct Options {
        std::size_t groups = 1;  ///< of no meaning to InstanceNorm
        double eps = 1e-5;
        AffineInputs affine;
        RunningStatistics<T>* running = nullptr;  ///< of InstanceNorm, when they are to be updated
        std::optional<double> momentum;
    };
    Options options;
    SmallVector<kernels::RowStatistics<T>, 1> statistics;  ///< of sample 0's groups, then sample 1's, …
    SmallVector<T, 1, 64> mean, variance;  ///< of InstanceNorm's channels, where they are to be kept
    RunningBefore<T> before;

    std::string_view name() const override { return kInstance ? "InstanceNorm" : "GroupNorm"; }
    std::string_view rule() const override {
        return kInstance
                   ? "dx = rstd * (g - mean(g) - xhat * mean(g * xhat)) by sample and channel, g = dy * "
                     "weight; dweight = sum of dy * xhat, dbias = sum of dy"
                   : "dx = rstd * (g - mean(g) - xhat * mean(g * xhat)) by sample and group, g = dy * "
                     "weight; dweight = sum of dy * xhat, dbias = sum of dy";
    }

    void forward(Forward<T>& f) override {
        check(f);
        const Tensor<T>& x = f.input(0);
        const Layout layout = layout_of(x.shape());
        const T eps = static_cast<T>(options.eps);
        statistics.resize(layout.samples * layout.groups);
        kernels::row_statistics(statistics.size(), layout.group.size(), x.storage().data(), eps,
                                kernels::MeanPath::yes, statistics.data());
        T* y = f.output(x.shape()).storage().data();
        layout.each([&](std::size_t i, std::size_t offset, std::size_t channel) {
            kernels::normalize_group(layout.group, x.storage().data() + offset, statistics[i],
                                     at(options.affine.weight(f), channel),
                                     at(options.affine.bias(f), channel), y + offset);
        });
        layout.each([&](std::size_t i, std::size_t, std::size_t channel) {
            if (std::isinf(statistics[i].rstd)) fail_to_divide(f, layout, i, channel);
        });
        before.forget();
        if (options.running != nullptr && !f.frozen() && layout.samples > 0) update_running(layout);
    }
    void take_back() override { before.put_back(options.running); }

    void adjoint(Reverse<T>& r) override {
        const Tensor<T>& x = r.input(0);
        const Layout layout = layout_of(x.shape());
        const T* dy = r.upstream().storage().data();
        const T* weight = options.affine.weight(r);
        T* dweight = options.affine.weight_gradient(r);
        T* dbias = options.affine.bias_gradient(r);
        const Deposit<T> dx = r.needs(0) ? r.deposit(0) : Deposit<T>{nullptr, false};
        layout.each([&](std::size_t i, std::size_t offset, std::size_t channel) {
            kernels::normalize_group_adjoint(layout.group, x.storage().data() + offset, statistics[i],
                                             at(weight, channel), dy + offset, at(dx.data, offset), dx.add,
                                             at(dweight, channel), at(dbias, channel));
        });
    }

    Grouping<T> grouping(const Shape& x) const override {
        Grouping<T> all{.has_weight = options.affine.has_weight};
        const Layout layout = layout_of(x);
        layout.each([&](std::size_t i, std::size_t, std::size_t channel) {
            for (std::size_t k = 0; k < layout.group.size(); ++k) {
                all.group.push_back(static_cast<std::uint32_t>(i));
                all.feature.push_back(static_cast<std::uint32_t>(channel + k / layout.group.length));
            }
            all.add(statistics[i].center + statistics[i].remainder, statistics[i].rstd);
        });
        return all;
    }

  private:
    struct Layout {
        std::size_t samples, groups;
        kernels::GroupShape group;

        /// f(number, offset, first channel) of each group.
        template <class F>
        void each(F f) const {
            for (std::size_t i = 0; i < samples * groups; ++i)
                f(i, i * group.size(), i % groups * group.channels);
        }
    };

    static T* at(T* array, std::size_t offset) { return array == nullptr ? nullptr : array + offset; }
    static const T* at(const T* array, std::size_t offset) {
        return array == nullptr ? nullptr : array + offset;
    }

    /// Where the channels stand: (C, L) is one sample to InstanceNorm, as in PyTorch.
    static std::size_t channel_axis(const Shape& x) { return kInstance && x.size() == 2 ? 0 : 1; }

    Layout layout_of(const Shape& x) const {
        const std::size_t axis = channel_axis(x);
        const std::size_t channels = x[axis];
        const std::size_t groups = kInstance ? channels : options.groups;
        std::size_t length = 1;
        for (std::size_t k = axis + 1; k < x.size(); ++k) length *= x[k];
        return {axis == 0 ? 1 : x[0], groups, {channels / groups, length}};
    }

    void check(const Forward<T>& f) const {
        const Shape& x = f.input(0).shape();
        if (x.size() < 2 || x[channel_axis(x)] == 0) {
            f.fail(fmt::format("x is {}: expected {} with C at least 1.", to_text(x),
                               kInstance ? "(N, C, L), (C, L) or more dimensions" : "(N, C) or (N, C, …)"),
                   {"x"});
        }
        const std::size_t channels = x[channel_axis(x)];
        if (!kInstance && (options.groups == 0 || channels % options.groups != 0)) {
            f.template fail<ValueError>(fmt::format("x is {}, so it has {} channels, which {} groups do not "
                                                    "divide: the groups must be of one size.",
                                                    to_text(x), channels, as_written(options.groups)),
                                        {"x"});
        }
        if (!(options.eps >= 0))
            f.template fail<ValueError>(fmt::format("eps is {}: it must not be negative.", options.eps));
        options.affine.check(f, Shape{channels});
        check_running(f, channels);
        const Layout layout = layout_of(x);
        // What torch.nn.functional refuses, the odd condition of its group_norm included.
        if (kInstance ? layout.group.size() == 1 : layout.samples * layout.group.size() == 1) {
            f.template fail<ValueError>(
                fmt::format("expected more than 1 {} when training, got input size {}; {}.",
                            kInstance ? "spatial element" : "value per channel", to_text(x),
                            kInstance ? "give a longer L" : "give a larger batch, or fewer groups"),
                {"x"});
        }
    }

    void check_running(const Forward<T>& f, std::size_t channels) const {
        if (options.running != nullptr && !fits(*options.running, channels)) {
            f.fail(fmt::format("x has {} channels, the running statistics are {}: they must be as many.",
                               channels, shapes(*options.running)),
                   {"x"});
        }
        if (options.momentum && !(*options.momentum >= 0 && *options.momentum <= 1)) {
            f.template fail<ValueError>(fmt::format(
                "momentum is {}: it must lie in 0 … 1 (it weighs the new batch).", *options.momentum));
        }
    }

    [[noreturn]] void fail_to_divide(const Forward<T>& f, const Layout& layout, std::size_t i,
                                     std::size_t channel) const {
        f.template fail<NonFiniteError>(
            fmt::format("sample {}, channels {} to {}, is constant, so that its variance is 0, and eps is 0: "
                        "nothing can be divided by its root; give a positive eps.",
                        i / layout.groups, channel, channel + layout.group.channels - 1),
            {"x"});
    }

    /// A channel's statistics are the average over the samples of its own.
    void update_running(const Layout& layout) {
        before.keep(*options.running);
        RunningUpdate<T> update(*options.running, options.momentum);
        const T n = static_cast<T>(layout.group.size());
        const T samples = static_cast<T>(layout.samples);
        mean.resize(layout.groups);
        variance.resize(layout.groups);
        std::fill_n(mean.data(), layout.groups, T(0));
        std::fill_n(variance.data(), layout.groups, T(0));
        for (std::size_t i = 0; i < statistics.size(); ++i) {
            const std::size_t c = i % layout.groups;
            mean[c] += (statistics[i].center + statistics[i].remainder) / samples;
            variance[c] += statistics[i].variance * n / (n - 1) / samples;
        }
        update.channels(mean.data(), variance.data());
    }
};

template <class T>
using GroupNorm = ChannelGroupNorm<T, false>;
template <class T>
using InstanceNorm = ChannelGroupNorm<T, true>;

}  // namespace op

template <class T>
Variable<T> group_norm(Variable<T> x, std::size_t groups, Optional<T> weight, Optional<T> bias, double eps,
                       Where where) {
    return op::record_with_affine<op::GroupNorm<T>>(where, x, weight, bias, [&](op::AffineInputs affine) {
        return typename op::GroupNorm<T>::Options{groups, eps, affine, nullptr, std::nullopt};
    });
}

template <class T>
Variable<T> instance_norm(Variable<T> x, std::type_identity_t<RunningStatistics<T>>* running,
                          Optional<T> weight, Optional<T> bias, BatchNormMode mode, Where where) {
    // A Variable that is no good is refused where it is recorded, by the name of the operation.
    const Shape shape = op::tape_for<op::InstanceNorm<T>>(where, {}, x).knows(x) ? x.shape(where) : Shape{};
    if (running == nullptr || mode.training || shape.size() < 2) {
        return op::record_with_affine<op::InstanceNorm<T>>(
            where, x, weight, bias, [&](op::AffineInputs affine) {
                return typename op::InstanceNorm<T>::Options{1, mode.eps, affine, running, mode.momentum};
            });
    }
    // With running statistics it is what BatchNorm is: a fixed map by channel.
    if (shape.size() == 3) return batch_norm(x, running, weight, bias, mode, where);
    const std::size_t rows = std::max<std::size_t>(shape[0] * shape[1], 1);
    const Shape as_three =
        shape.size() == 2 ? Shape{1, shape[0], shape[1]} : Shape{shape[0], shape[1], elements(shape) / rows};
    const Attempt<T> attempt(x.tape(where));
    return reshape(batch_norm(reshape(x, as_three, where), running, weight, bias, mode, where), shape, where);
}

#define INSTANTIATE(T)                                                                                 \
    template Variable<T> group_norm(Variable<T>, std::size_t, std::optional<Variable<T>>,              \
                                    std::optional<Variable<T>>, double, Where);                        \
    template Variable<T> instance_norm(Variable<T>, RunningStatistics<T>*, std::optional<Variable<T>>, \
                                       std::optional<Variable<T>>, BatchNormMode, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
