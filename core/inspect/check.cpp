#include <tapedeck/core/inspect/check.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/inspect/aside.hpp>
#include <tapedeck/core/inspect/difference.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/random.hpp>
#include <tapedeck/core/refuse.hpp>

namespace tapedeck {
namespace {

/// At most 64 of n, spread evenly.
std::vector<std::size_t> spread(std::size_t n) {
    constexpr std::size_t kMost = 64;
    std::vector<std::size_t> chosen;
    for (std::size_t k = 0; k < std::min(n, kMost); ++k) chosen.push_back(n <= kMost ? k : k * n / kMost);
    return chosen;
}

struct Compared {
    std::size_t element;
    double got;
    numeric::Slope slope;
    double expected() const { return slope.value; }
    double error() const { return std::abs(got - slope.value); }
};

/// Adds one tensor's elements to the check. The tolerances are gradcheck's, of a T.
template <class T>
void compare(GradientCheck& check, const Entry<T>& entry, const std::vector<Compared>& all) {
    const GradcheckOptions options = numeric::with_precision_of<T>({});
    double largest = 0;
    for (const Compared& c : all) largest = std::max(largest, std::abs(c.expected()));
    for (const Compared& c : all) {
        ++check.compared;
        const double tolerance = options.relative * std::abs(c.expected()) + options.absolute * largest;
        // Written so that a NaN is wrong. At a kink anything between the slopes on both sides is right.
        const bool right = c.error() <= tolerance + 10 * c.slope.uncertainty ||
                           (c.slope.kink && c.slope.allows(c.got, tolerance));
        if (!right) ++check.wrong;
        const bool worse = check.compared == 1 || !(c.error() <= std::abs(check.got - check.expected));
        if (!worse) continue;
        check.worst = unravel_index(c.element, entry.value().shape());
        check.worst_entry = entry.index();
        check.got = c.got;
        check.expected = c.expected();
        check.uncertainty = c.slope.uncertainty;
    }
    check.ok = check.wrong == 0;
}

}  // namespace

std::string GradientCheck::text() const {
    if (compared == 0) return fmt::format("{} can't be compared: no element is finite.", subject);
    if (ok) {
        return fmt::format("{} agrees with differences in {} element{}; the largest error is {:.2g}.",
                           subject, compared, compared == 1 ? "" : "s", std::abs(got - expected));
    }
    return fmt::format(
        "{} is WRONG in {} of {} elements; the worst, element {} of #{}'s gradient, is {:.6g}, "
        "and differences say {:.6g}.",
        subject, wrong, compared, to_text(worst), worst_entry, got, expected);
}

template <class T>
GradientCheck check_gradient(Variable<T> loss, Variable<T> at, Where where) {
    const Tensor<T>& got = at.grad(where);
    std::vector<std::size_t> chosen = spread(got.size());
    // Of an infinity there are no differences.
    std::erase_if(chosen, [&](std::size_t i) { return !std::isfinite(at.value().storage()[i]); });
    const std::vector<numeric::Slope> slopes = numeric::slopes(loss, at, chosen, "check_gradient", where);
    std::vector<Compared> all;
    for (std::size_t k = 0; k < chosen.size(); ++k)
        all.push_back({chosen[k], static_cast<double>(got.storage()[chosen[k]]), slopes[k]});
    GradientCheck check;
    check.ok = true;
    check.entry = at.index();
    check.subject = "the gradient of " + at.entry().text();
    compare(check, at.entry(), all);
    return check;
}

template <class T>
GradientCheck check_adjoint(Variable<T> v, Where where) {
    Aside<T> aside(v, "check_adjoint", where);
    const Entry<T>& entry = v.entry();
    if (entry.is_leaf()) refuse::no_adjoint(refuse::call("check_adjoint", where), entry.text());
    if (!entry.needs_grad()) refuse::no_gradient_upstream(refuse::call("check_adjoint", where), entry.text());
    Random rng(17);
    Tensor<T> upstream = Tensor<T>::from_shape(v.shape());
    // An attention mask's -inf has no share in anything.
    for (std::size_t i = 0; i < upstream.size(); ++i)
        upstream.storage()[i] = std::isfinite(v.value().storage()[i]) ? static_cast<T>(rng.normal()) : T(0);
    // What x * x hands to its two inputs goes to one entry.
    std::map<std::size_t, Tensor<T>> by_input;
    for (const Contribution<T>& c : aside.adjoint(entry.index(), upstream)) {
        const auto [found, is_new] = by_input.try_emplace(c.to, c.value);
        for (std::size_t i = 0; !is_new && i < c.value.size(); ++i)
            found->second.storage()[i] += c.value.storage()[i];
    }
    double magnitude = 0;
    for (std::size_t i = 0; i < upstream.size(); ++i) {
        if (upstream.storage()[i] != 0) {
            magnitude += std::abs(static_cast<double>(upstream.storage()[i]) *
                                  static_cast<double>(v.value().storage()[i]));
        }
    }
    GradientCheck check;
    check.ok = true;
    check.entry = entry.index();
    check.subject = "the adjoint of " + entry.text();
    // An input to which nothing was handed is compared with zeros: that may be the mistake.
    for (const std::uint32_t k : entry.inputs()) {
        const Entry<T>& input = v.tape()[k];
        if (input.needs_grad()) by_input.try_emplace(k, zeros<T>(input.value().shape()));
    }
    for (const auto& [input, got] : by_input) {
        numeric::Difference<T> difference(
            aside.value(input),
            [&] {
                aside.forward(entry.index());
                double sum = 0;
                for (std::size_t i = 0; i < upstream.size(); ++i) {
                    if (upstream.storage()[i] != 0) {
                        sum += static_cast<double>(upstream.storage()[i]) *
                               static_cast<double>(entry.value().storage()[i]);
                    }
                }
                return sum;
            },
            magnitude);
        std::vector<Compared> all;
        for (const std::size_t i : spread(got.size())) {
            // Of an infinity there are no differences.
            if (std::isfinite(v.tape()[input].value().storage()[i]))
                all.push_back({i, static_cast<double>(got.storage()[i]), difference.slope(i)});
        }
        compare(check, v.tape()[input], all);
    }
    return check;
}

template <class T>
std::vector<GradientCheck> wrong_adjoints(Tape<T>& tape, Where where) {
    std::vector<GradientCheck> wrong;
    for (const Entry<T>& entry : tape) {
        if (entry.is_leaf() || !entry.needs_grad()) continue;
        GradientCheck check = check_adjoint(tape.at(entry.index()), where);
        if (!check.ok) wrong.push_back(std::move(check));
    }
    return wrong;
}

#define INSTANTIATE(T)                                                      \
    template GradientCheck check_gradient(Variable<T>, Variable<T>, Where); \
    template GradientCheck check_adjoint(Variable<T>, Where);               \
    template std::vector<GradientCheck> wrong_adjoints(Tape<T>&, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
