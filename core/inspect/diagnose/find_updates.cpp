// How large a step's updates are beside the parameters: a thousandth is a good guide.
#include <tapedeck/core/inspect/diagnose/findings.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <tapedeck/core/ops/instantiate.hpp>

namespace tapedeck::inspect {
namespace {

constexpr double kGuide = -3;

/// The standard deviation of f(i), i < n.
template <class F>
double deviation(std::size_t n, F f) {
    double mean = 0, squares = 0;
    for (std::size_t i = 0; i < n; ++i) mean += f(i) / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) squares += (f(i) - mean) * (f(i) - mean);
    return std::sqrt(squares / static_cast<double>(n - 1));
}

}  // namespace

template <class T>
std::string find_updates(const ParameterNames<T>& parameters, const DiagnoseOptions<T>& options,
                         std::vector<Finding>& found) {
    const std::vector<Tensor<T>>& before = options.before;
    if (before.empty() && !options.lr) return "";
    double least = std::numeric_limits<double>::infinity(), most = -least;
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        const auto& [name, p] = parameters[k];
        // Weights only: biases and gains start all alike, and have no size to compare with.
        if (p->value.dimension() < 2 || p->value.size() < 2) continue;
        const auto& old = before.empty() ? p->value.storage() : before[k].storage();
        const auto& now = p->value.storage();
        const auto& grad = p->grad.storage();
        const auto number = [](T v) { return static_cast<double>(v); };
        const double data = deviation(old.size(), [&](std::size_t i) { return number(old[i]); });
        const double update =
            before.empty()
                ? *options.lr * deviation(grad.size(), [&](std::size_t i) { return number(grad[i]); })
                : deviation(now.size(), [&](std::size_t i) { return number(now[i]) - number(old[i]); });
        if (!(data > 0) || !std::isfinite(update)) continue;
        const double ratio = std::log10(update / data);
        if (update > 0) {
            least = std::min(least, ratio);
            most = std::max(most, ratio);
        }
        if (std::abs(ratio - kGuide) <= options.update_tolerance) continue;
        found.push_back(
            {Finding::Kind::update_ratio, std::nullopt, name, ratio,
             update == 0
                 ? fmt::format("{} was not updated at all.", name)
                 : fmt::format("the update of {} is 10^{:.1f} of its size, where 10^{:.0f} is a good guide: "
                               "{} learning rate would suit it.",
                               name, ratio, kGuide, ratio > kGuide ? "a smaller" : "a larger")});
    }
    return least > most ? "" : fmt::format("updates are 10^{:.1f} … 10^{:.1f} of the weights", least, most);
}

#define INSTANTIATE(T)                                                                     \
    template std::string find_updates(const ParameterNames<T>&, const DiagnoseOptions<T>&, \
                                      std::vector<Finding>&);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck::inspect
