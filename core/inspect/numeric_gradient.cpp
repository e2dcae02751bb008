#include <tapedeck/core/inspect/numeric_gradient.hpp>

#include <algorithm>
#include <numeric>
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
std::vector<numeric::Slope> numeric::slopes(Variable<T> loss, Variable<T> at,
                                            std::span<const std::size_t> chosen, std::string_view user,
                                            Where where) {
    Aside<T> aside(loss, user, where);
    loss.tape().check(at, user, where);
    if (loss.value().size() != 1)
        refuse::not_one_element(refuse::call(user, where), loss.entry().text(), loss.shape());
    const std::size_t size = at.value().size();
    for (const std::size_t i : chosen) {
        if (i >= size) {
            throw ValueError(fmt::format("{}: element {} was asked for, and {} has {}, counted from 0.",
                                         refuse::call(user, where), as_written(i), at.entry().text(), size));
        }
    }
    const std::vector<std::size_t> program = at.index() < loss.index()
                                                 ? between(loss.tape(), at.index(), loss.index())
                                                 : std::vector<std::size_t>();
    Difference<T> difference(
        aside.value(at.index()),
        [&] {
            for (const std::size_t i : program) aside.forward(i);
            return static_cast<double>(loss.value().storage()[0]);
        },
        0);
    std::vector<Slope> all;
    for (const std::size_t i : chosen) all.push_back(difference.slope(i));
    return all;
}

template <class T>
NumericGradient numeric_gradient(Variable<T> loss, Variable<T> at, std::span<const std::size_t> chosen,
                                 Where where) {
    const Shape& shape = at.shape(where);
    std::vector<std::size_t> all(elements(shape));
    std::iota(all.begin(), all.end(), std::size_t{0});
    if (chosen.empty()) chosen = all;
    const std::vector<numeric::Slope> slopes = numeric::slopes(loss, at, chosen, "numeric_gradient", where);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    NumericGradient result{full(shape, nan), full(shape, nan)};
    for (std::size_t k = 0; k < chosen.size(); ++k) {
        result.value.storage()[chosen[k]] = slopes[k].value;
        result.uncertainty.storage()[chosen[k]] = slopes[k].uncertainty;
    }
    return result;
}

#define INSTANTIATE(T)                                                                    \
    template std::vector<numeric::Slope> numeric::slopes(                                 \
        Variable<T>, Variable<T>, std::span<const std::size_t>, std::string_view, Where); \
    template NumericGradient numeric_gradient(Variable<T>, Variable<T>, std::span<const std::size_t>, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
