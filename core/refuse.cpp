#include <tapedeck/core/refuse.hpp>

#include <array>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck::refuse {

std::string call(std::string_view what, Where where) {
    return where.known() ? fmt::format("{} ({})", what, where.text()) : std::string(what);
}
std::string user(std::string_view what, Where where) {
    return what.empty() ? fmt::format("the Variable used at {}", where.text())
                        : call(what, where) + ": its Variable";
}
std::string operand(const std::string& place, std::size_t i, std::size_t n) {
    constexpr std::array kth{"first ", "second ", "third ", "fourth "};
    if (n > 1 && i >= kth.size()) return fmt::format("{}: its operand number {}", place, i + 1);
    return fmt::format("{}: its {}operand", place, n > 1 ? kth[i] : "");
}

void no_tape(const std::string& user) {
    throw StaleVariableError(user +
                             " is on no tape: it was default-constructed; assign it from tape.input, "
                             "tape.variable or an operation.");
}
void another_tape(const std::string& user, std::size_t index) {
    throw StaleVariableError(fmt::format(
        "{}, variable #{}, is of another tape: all that works together must be recorded on one tape; carry "
        "data over with tape.input(v.value()).",
        user, index));
}
void before_rewind(const std::string& user, std::size_t index) {
    throw StaleVariableError(
        fmt::format("{}, variable #{}, is from before tape.rewind(), or from a call that threw: the entry "
                    "that it named is forgotten; record the "
                    "program again and use the new variables.",
                    user, index));
}
void changed_parameter(const std::string& by, const std::string& name, const std::string& entry) {
    throw StaleVariableError(
        fmt::format("{}: parameter {} was changed, by an optimizer's step or a load, after {} read it: call "
                    "tape.rewind() and record again, or tape.play().",
                    by, name.empty() ? "without a name" : name, entry));
}
void reshaped_parameter(const std::string& by, const std::string& name, const std::string& entry,
                        const Shape& value, const Shape& grad) {
    throw StaleVariableError(fmt::format(
        "{}: parameter {} was changed after {} read it: its value is {} now and its gradient {}, which must "
        "be of one shape; call tape.rewind() and record again.",
        by, name.empty() ? "without a name" : name, entry, to_text(value), to_text(grad)));
}
void backward_before_play(const std::string& by, const std::string& entry) {
    throw StaleVariableError(fmt::format(
        "{} from {}: the values on the tape are not those of one run, since tape.set() gave an input new "
        "data, or a tape.play() threw; call tape.play() first.",
        by, entry));
}
void no_gradient_upstream(const std::string& by, const std::string& entry) {
    throw StaleVariableError(fmt::format(
        "{} from {}: it depends on no variable and no parameter, so no gradient can flow; was it recorded "
        "while paused, or from inputs alone?",
        by, entry));
}
void no_gradient_yet(Where where, const std::string& entry, bool needs_grad) {
    throw StaleVariableError(fmt::format(
        "{}: {} has no gradient: {}.", call("grad", where), entry,
        needs_grad
            ? "no reverse pass has reached it; call tape.backward(loss), with a loss that depends on it"
            : "it is data, or was recorded while paused or detached; tape.variable(x) collects a gradient"));
}
void playback_over(const std::string& by, std::string_view how_to_begin) {
    throw StaleVariableError(
        fmt::format("{}: this playback is over: its tape was rewound, played, reversed anew or given new "
                    "data since; call "
                    "{} for a new one.",
                    by, how_to_begin));
}
void not_one_element(const std::string& by, const std::string& entry, const Shape& shape) {
    throw ShapeError(
        fmt::format("{} from {}: its shape is {}, and a loss has one element; take its sum or mean, or give "
                    "a cotangent of its shape.",
                    by, entry, to_text(shape)));
}
void cotangent_shape(const std::string& by, const std::string& entry, const Shape& cotangent,
                     const Shape& value) {
    throw ShapeError(
        fmt::format("{} from {}: the cotangent is {}, the value is {}: their shapes must be the same.", by,
                    entry, to_text(cotangent), to_text(value)));
}
void no_item(Where where, const std::string& entry, const Shape& shape) {
    throw ShapeError(fmt::format(
        "{} of {}: its shape is {}, and only a tensor of one element has an item; {}.", call("item", where),
        entry, to_text(shape), elements(shape) == 0 ? "this one is empty" : "take its sum or mean"));
}
void not_settable(Where where, const std::string& entry) {
    throw ValueError(fmt::format(
        "{} of {}: only a leaf made by tape.input or tape.variable takes new data; a parameter's stand in "
        "p.value.",
        call("set", where), entry));
}
void no_adjoint(const std::string& by, const std::string& entry) {
    throw ValueError(fmt::format(
        "{} of {}: it is given, not computed, so it has no adjoint; ask an operation that reads it.", by,
        entry));
}
void no_entry(std::size_t i, std::size_t size) {
    throw ValueError(
        fmt::format("entry #{} is not on this tape: it has {} entries, counted from 0; the last is "
                    "tape[tape.size() - 1].",
                    as_written(i), size));
}
void nothing_to_play(const std::string& by) {
    throw ValueError(by + ": nothing is recorded on this tape; record a program first.");
}
void pass_over(const std::string& by, std::string_view what) {
    throw ValueError(
        fmt::format("{}: the pass is over, no {} is left to run; back() takes steps back.", by, what));
}
void no_predicate(const std::string& by) {
    throw ValueError(by + ": the predicate is empty; give a function of an Entry.");
}

}  // namespace tapedeck::refuse
