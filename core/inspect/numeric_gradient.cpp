#include <tapedeck/core/inspect/numeric_gradient.hpp>

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/inspect/aside.hpp>
#include <tapedeck/core/inspect/difference.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/refuse.hpp>

namespace tapedeck {
namespace {

/// The entries behind `at`, up to `last`, whose values depend on it.
template <class T>
std::vector<std::size_t> between(const Tape<T>& tape, std::size_t at, std::size_t last) {
    std::vector<bool> depends(last + 1, false);
    std::vector<std::size_t> all;
    depends[at] = true;
    for (std::size_t i = at + 1; i <= last; ++i) {
        const auto inputs = tape[i].inputs();
        depends[i] = std::any_of(inputs.begin(), inputs.end(), [&](auto k) { return depends[k]; });
        if (depends[i]) all.push_back(i);
    }
    return all;
}

}  // namespace

template <class T>
NumericGradient numeric_gradient(Variable<T> loss, Variable<T> at, std::span<const std::size_t> chosen,
                                 Where where) {
    Aside<T> aside(loss, "numeric_gradient", where);
    loss.tape().check(at, "numeric_gradient", where);
    const auto by = [where] { return refuse::call("numeric_gradient", where); };
    if (loss.value().size() != 1) refuse::not_one_element(by(), loss.entry().text(), loss.shape());
    const Shape& shape = at.shape();
    for (const std::size_t i : chosen) {
        if (i >= elements(shape)) {
            throw ValueError(fmt::format("{}: element {} was asked for, and {} has {}, counted from 0.", by(),
                                         as_written(i), at.entry().text(), elements(shape)));
        }
    }
    std::vector<std::size_t> all;
    if (chosen.empty()) {
        for (std::size_t i = 0; i < elements(shape); ++i) all.push_back(i);
        chosen = all;
    }
    const double nan = std::numeric_limits<double>::quiet_NaN();
    NumericGradient result{full(shape, nan), full(shape, nan)};
    const std::vector<std::size_t> program = at.index() < loss.index()
                                                 ? between(loss.tape(), at.index(), loss.index())
                                                 : std::vector<std::size_t>();
    numeric::Difference<T> difference(
        aside.value(at.index()),
        [&] {
            for (const std::size_t i : program) aside.forward(i);
            return static_cast<double>(loss.value().storage()[0]);
        },
        0);
    for (const std::size_t i : chosen) {
        const numeric::Slope slope = difference.slope(i);
        result.value.storage()[i] = slope.value;
        result.uncertainty.storage()[i] = slope.uncertainty;
    }
    return result;
}

#define INSTANTIATE(T) \
    template NumericGradient numeric_gradient(Variable<T>, Variable<T>, std::span<const std::size_t>, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
