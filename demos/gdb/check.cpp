// What `tape check` calls in the program that is being debugged. A linker leaves out what nobody calls, so this
// file is linked into the debug builds of the demos, and its functions have C names and plain arguments.
#include <algorithm>
#include <cstdint>
#include <exception>
#include <string>

#include <fmt/format.h>

#include <tapedeck/core/inspect/check.hpp>
#include <tapedeck/core/inspect/numeric_gradient.hpp>
#include <tapedeck/core/tape.hpp>

namespace {

using namespace tapedeck;

/// The gradient of entry `at` beside the numeric one, the elements that differ most first.
template <class T>
std::string beside_numeric(Tape<T>& tape, std::size_t loss, std::size_t at) {
    constexpr std::size_t kShown = 8;
    const Variable<T> v = tape.at(at);
    const GradientCheck check = check_gradient(tape.at(loss), v);
    const Tensor<T>& grad = v.grad();
    std::string text = fmt::format("its gradient: {}\n", check.text());
    if (grad.size() > 4096) return text;  // each number costs a forward pass
    const NumericGradient numeric = numeric_gradient(tape.at(loss), v);
    std::vector<std::size_t> order(grad.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto off = [&](std::size_t i) {
        return std::abs(static_cast<double>(grad.storage()[i]) - numeric.value.storage()[i]);
    };
    if (order.size() > kShown)
        std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return off(a) > off(b); });
    text += fmt::format("  {:>9} {:>14} {:>14} {:>10}\n", "element", "gradient", "numeric", "+-");
    for (std::size_t i = 0; i < std::min(order.size(), kShown); ++i) {
        const std::size_t k = order[i];
        text += fmt::format("  {:>9} {:>14.6g} {:>14.6g} {:>10.1g}\n", k, grad.storage()[k],
                            numeric.value.storage()[k], numeric.uncertainty.storage()[k]);
    }
    if (order.size() > kShown) text += fmt::format("  of {} elements, those that differ most\n", order.size());
    return text;
}

template <class T>
std::string check_one(Tape<T>& tape, std::size_t loss, std::size_t at) {
    const Entry<T>& entry = tape[at];
    std::string text = fmt::format("{}\n", entry.text());
    if (!entry.is_leaf()) text += fmt::format("its adjoint alone: {}\n", check_adjoint(tape.at(at)).text());
    return text + beside_numeric(tape, loss, at);
}

/// Every adjoint that has run or may run, each alone: the wrong ones are named.
template <class T>
std::string check_all(Tape<T>& tape, std::size_t loss) {
    std::string text;
    std::size_t checked = 0, wrong = 0;
    for (std::size_t i = loss + 1; i-- > 0;) {
        const Entry<T>& entry = tape[i];
        if (entry.is_leaf() || entry.contributions() == 0) continue;
        const GradientCheck check = check_adjoint(tape.at(i));
        ++checked;
        if (check.ok) continue;
        ++wrong;
        text += fmt::format("wrong: {}\n  its rule: {}\n  {}\n", entry.text(), entry.rule(), check.text());
    }
    if (wrong == 0) text = fmt::format("{} adjoints agree with differences of their forwards.\n", checked);
    else text += fmt::format("{} of {} adjoints are wrong.\n", wrong, checked);
    return text;
}

template <class T>
std::string answer(void* tape, std::int64_t loss, std::int64_t at) {
    try {
        auto& its = *static_cast<Tape<T>*>(tape);
        const auto from = static_cast<std::size_t>(loss);
        return at < 0 ? check_all(its, from) : check_one(its, from, static_cast<std::size_t>(at));
    } catch (const std::exception& error) {
        return error.what();
    }
}

}  // namespace

/// The text for `tape check`: of entry `at`, or of all when it is negative; `loss` is where the pass began.
/// It stands until the next call.
extern "C" [[gnu::used]] const char* tapedeck_check_float(void* tape, std::int64_t loss, std::int64_t at) {
    static std::string text;
    text = answer<float>(tape, loss, at);
    return text.c_str();
}
extern "C" [[gnu::used]] const char* tapedeck_check_double(void* tape, std::int64_t loss, std::int64_t at) {
    static std::string text;
    text = answer<double>(tape, loss, at);
    return text.c_str();
}
