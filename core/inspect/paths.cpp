#include <tapedeck/core/inspect/paths.hpp>

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>
#include <tapedeck/core/inspect/aside.hpp>
#include <tapedeck/core/ops/grouping.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/refuse.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck {

template <class T>
Paths<T> paths(Variable<T> v, Where where) {
    const Aside<T> as_recorded(v, "paths", where);
    const std::optional<Grouping<T>> groups = grouping(v, where);
    const Entry<T>& entry = v.entry();
    if (!groups) {
        throw ValueError(
            fmt::format("{} of {}: it is no normalization, so there are no paths through a mean "
                        "and a variance; ask a BatchNorm, LayerNorm or the like.",
                        refuse::call("paths", where), entry.text()));
    }
    const Tensor<T>& dy = entry.grad(where);
    const Tensor<T>& x = v.tape()[entry.inputs()[0]].value();
    const std::size_t n = x.size(), count = groups->rstd.size();
    std::vector<double> g(n), xhat(n), sum_g(count), sum_g_xhat(count), size(count);
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t k = groups->group[i];
        g[i] = static_cast<double>(dy.storage()[i]);
        if (groups->has_weight)
            g[i] *= static_cast<double>(v.tape()[entry.inputs()[1]].value().storage()[groups->feature[i]]);
        xhat[i] = (static_cast<double>(x.storage()[i]) - static_cast<double>(groups->mean[k])) *
                  static_cast<double>(groups->rstd[k]);
        sum_g[k] += g[i];
        sum_g_xhat[k] += g[i] * xhat[i];
        ++size[k];
    }
    Paths<T> result{zeros<T>(x.shape()), zeros<T>(x.shape()), zeros<T>(x.shape())};
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t k = groups->group[i];
        const double rstd = static_cast<double>(groups->rstd[k]);
        result.direct.storage()[i] = static_cast<T>(rstd * g[i]);
        if (!groups->depends_on_x) continue;
        if (groups->has_mean) result.mean.storage()[i] = static_cast<T>(-rstd * sum_g[k] / size[k]);
        result.variance.storage()[i] = static_cast<T>(-rstd * xhat[i] * sum_g_xhat[k] / size[k]);
    }
    return result;
}

template <class T>
PathSizes path_sizes(const Paths<T>& paths) {
    const auto dot = [](const auto& a, const auto& b) {
        double total = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            total += static_cast<double>(a.storage()[i]) * static_cast<double>(b.storage()[i]);
        return total;
    };
    const double direct = dot(paths.direct, paths.direct);
    PathSizes found{.direct = std::sqrt(direct),
                    .mean = std::sqrt(dot(paths.mean, paths.mean)),
                    .variance = std::sqrt(dot(paths.variance, paths.variance)),
                    .mean_cancels = -dot(paths.direct, paths.mean) / direct,
                    .variance_cancels = -dot(paths.direct, paths.variance) / direct};
    double sum = 0;
    for (std::size_t i = 0; i < paths.direct.size(); ++i) {
        const double whole = static_cast<double>(paths.direct.storage()[i]) +
                             static_cast<double>(paths.mean.storage()[i]) +
                             static_cast<double>(paths.variance.storage()[i]);
        sum += whole * whole;
    }
    found.gradient = std::sqrt(sum);
    return found;
}

std::string PathSizes::text() const {
    return fmt::format(
        "direct {:.3g}, mean {:.3g} (cancels {:.0f} %), variance {:.3g} (cancels {:.0f} %), in all {:.3g}",
        direct, mean, 100 * mean_cancels, variance, 100 * variance_cancels, gradient);
}

#define INSTANTIATE(T)                           \
    template Paths<T> paths(Variable<T>, Where); \
    template PathSizes path_sizes(const Paths<T>&);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
