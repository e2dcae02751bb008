// What `tape check` calls in the program that is being debugged. A linker leaves out what nobody calls, so
// this file is linked into the debug builds of the demos, and its functions have C names and plain arguments.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/inspect/check.hpp>
#include <tapedeck/core/inspect/numeric_gradient.hpp>
#include <tapedeck/core/tape.hpp>

namespace {

using namespace tapedeck;

/// The elements of entry `at`'s gradient beside the numeric ones; of many those that differ most.
template <class T>
std::string elements_beside(Variable<T> loss, Variable<T> at) {
    constexpr std::size_t kShown = 8, kMost = 1024;  // each number costs several runs of the program
    const Tensor<T>& grad = at.grad();
    std::vector<std::size_t> order(std::min(grad.size(), kMost));
    std::iota(order.begin(), order.end(), std::size_t(0));
    const NumericGradient numeric = numeric_gradient(loss, at, order);
    const auto off = [&](std::size_t i) {
        return std::abs(static_cast<double>(grad.storage()[i]) - numeric.value.storage()[i]);
    };
    if (order.size() > kShown) {
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return off(a) > off(b); });
        order.resize(kShown);
    }
    std::string text = fmt::format("  {:>9} {:>14} {:>14} {:>10}\n", "element", "gradient", "numeric", "+-");
    for (const std::size_t i : order) {
        text += fmt::format("  {:>9} {:>14.6g} {:>14.6g} {:>10.1g}\n", i, grad.storage()[i],
                            numeric.value.storage()[i], numeric.uncertainty.storage()[i]);
    }
    if (order.size() < grad.size())
        text += fmt::format("  of {} elements those that differ most\n", grad.size());
    return text;
}

/// One entry: its adjoint alone, and its gradient when a pass from `loss` has completed it.
template <class T>
std::string check_one(Tape<T>& tape, std::int64_t loss, std::size_t at) {
    const Variable<T> v = tape.at(at);
    std::string text;
    if (!v.entry().is_leaf()) text += check_adjoint(v).text() + "\n";
    if (loss < 0) return text;
    const Variable<T> from = tape.at(static_cast<std::size_t>(loss));
    return text + check_gradient(from, v).text() + "\n" + elements_beside(from, v);
}

/// Every adjoint on the tape, each alone: the wrong ones are named, first to last as the reverse pass comes
/// by.
template <class T>
std::string check_all(Tape<T>& tape) {
    std::string text;
    std::size_t checked = 0, wrong = 0;
    for (std::size_t i = tape.size(); i-- > 0;) {
        const Entry<T>& entry = tape[i];
        if (entry.is_leaf() || !entry.needs_grad()) continue;
        const GradientCheck check = check_adjoint(tape.at(i));
        ++checked;
        if (check.ok) continue;
        ++wrong;
        text += fmt::format("{}\n  its rule: {}\n", check.text(), entry.rule());
    }
    if (wrong > 0) return text + fmt::format("{} of {} adjoints are wrong.", wrong, checked);
    return fmt::format("All {} adjoints agree with differences of their forwards.", checked);
}

template <class T>
std::string answer(void* tape, std::int64_t loss, std::int64_t at) {
    try {
        auto& its = *static_cast<Tape<T>*>(tape);
        return at < 0 ? check_all(its) : check_one(its, loss, static_cast<std::size_t>(at));
    } catch (const std::exception& error) {
        return error.what();
    }
}

}  // namespace

/// The text for `tape check`: of entry `at`, or of every adjoint when it is negative; `loss` is where the
/// pass began, negative when the entry's gradient is not complete. The text stands until the next call.
extern "C" [[gnu::used]] const char* tapedeck_check_float(void* tape, std::int64_t loss, std::int64_t at);
extern "C" [[gnu::used]] const char* tapedeck_check_double(void* tape, std::int64_t loss, std::int64_t at);

const char* tapedeck_check_float(void* tape, std::int64_t loss, std::int64_t at) {
    static std::string text;
    text = answer<float>(tape, loss, at);
    return text.c_str();
}
const char* tapedeck_check_double(void* tape, std::int64_t loss, std::int64_t at) {
    static std::string text;
    text = answer<double>(tape, loss, at);
    return text.c_str();
}
