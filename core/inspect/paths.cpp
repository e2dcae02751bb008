#include <tapedeck/core/inspect/paths.hpp>

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

#define INSTANTIATE(T) template Paths<T> paths(Variable<T>, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
