// The reverse pass under detect_anomaly(): each adjoint's gradients are looked at, and when one is not finite
// everything is put back as it was.
#include <vector>

#include <fmt/format.h>

#include <tapedeck/core/inspect/non_finite/cause.hpp>
#include <tapedeck/core/inspect/non_finite/numbers.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/playback.hpp>
#include <tapedeck/core/refuse.hpp>

namespace tapedeck {
namespace {

/// An entry's text without its first word: "#3, Sqrt in net (demo.cpp:40)".
template <class T>
std::string numbered(const Entry<T>& entry) {
    return entry.text().substr(entry.text().find('#'));
}

template <class T>
[[noreturn]] void refuse_gradient(const std::string& by, const Tape<T>& tape, const Entry<T>& entry,
                                  std::size_t position) {
    const Entry<T>& input = tape[entry.inputs()[position]];
    std::string text = fmt::format(
        "{}: the adjoint of {} made the first non-finite gradient.\n  Of the gradient of its input {}, {}.",
        by, entry.text(), numbered(input), inspect::numbers(input.grad()).counts());
    text += fmt::format("\n  Its rule: {}.\n  Its upstream gradient is {}.", entry.rule(),
                        inspect::numbers(entry.grad()).text());
    for (const std::uint32_t i : entry.inputs())
        text += fmt::format("\n  Its input #{} is {}.", i, inspect::numbers(tape[i].value()).text());
    text += fmt::format("\n  Likely cause: {}.", inspect::cause_of_gradient(tape, entry, position));
    throw NonFiniteError(text);
}

template <class T>
[[noreturn]] void refuse_old_gradient(const std::string& by, const Entry<T>& input) {
    throw NonFiniteError(
        fmt::format("{}: the gradient of {} was not finite before this pass: {}; call zero_grad().", by,
                    input.text(), inspect::numbers(input.grad()).counts()));
}

template <class T>
[[noreturn]] void refuse_upstream(const std::string& by, const Entry<T>& entry) {
    throw NonFiniteError(fmt::format(
        "{}: the gradient that arrives at {} is {}: it is the cotangent that was given, or was made before "
        "detect_anomaly().",
        by, entry.text(), inspect::numbers(entry.grad()).text()));
}

}  // namespace

template <class T>
void Tape<T>::watched_step(const Entry<T>& entry, const std::string& by) {
    if (!inspect::all_finite(*entry.grad_)) refuse_upstream(by, entry);
    for (const std::uint32_t i : entry.inputs()) {
        const Entry<T>& input = entries_[i];
        if (input.parameter_ != nullptr && !inspect::all_finite(*input.grad_)) refuse_old_gradient(by, input);
    }
    reverse_step(entry);
    for (std::size_t k = 0; k < entry.inputs().size(); ++k) {
        const Entry<T>& input = entries_[entry.inputs()[k]];
        if (input.has_grad() && !inspect::all_finite(*input.grad_)) refuse_gradient(by, *this, entry, k);
    }
}

template <class T>
void Tape<T>::watched_reverse(Variable<T> y, const Tensor<T>* cotangent, Where where) {
    struct Before {
        std::size_t entry;
        std::uint32_t contributions;
        Tensor<T> grad;
    };
    std::vector<Before> before;
    for (std::size_t i = 0; i < used_; ++i) {
        const Entry<T>& entry = entries_[i];
        if (entry.has_grad()) before.push_back({i, entry.contributions_, *entry.grad_});
    }
    const std::uint32_t pass = pass_;
    try {
        start_reverse(y, cotangent, where);
        const std::string by = refuse::call("backward", where);
        for (std::size_t i = y.index_ + std::size_t{1}; i-- > 0;) {
            if (has_adjoint_to_run(i)) watched_step(entries_[i], by);
        }
    } catch (...) {
        for (std::size_t i = 0; i < used_; ++i) entries_[i].contributions_ = 0;
        for (Before& b : before) {
            *entries_[b.entry].grad_ = std::move(b.grad);
            entries_[b.entry].contributions_ = b.contributions;
        }
        pass_ = pass;
        throw;
    }
}

#define INSTANTIATE(T)                                                        \
    template void Tape<T>::watched_step(const Entry<T>&, const std::string&); \
    template void Tape<T>::watched_reverse(Variable<T>, const Tensor<T>*, Where);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck
