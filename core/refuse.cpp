#include <tapedeck/core/refuse.hpp>

#include <fmt/format.h>

#include <tapedeck/core/error.hpp>

namespace tapedeck::refuse {

void no_tape() {
    throw StaleVariableError(
        "this Variable is on no tape: it was default-constructed; assign it from tape.input, tape.variable "
        "or an "
        "operation.");
}
void another_tape(std::size_t index) {
    throw StaleVariableError(fmt::format(
        "variable #{} is of another tape: an operation's operands must all be recorded on one tape; "
        "carry data over with tape.input(v.value()).",
        index));
}
void before_rewind(std::size_t index) {
    throw StaleVariableError(fmt::format(
        "variable #{} is from before tape.rewind(): the entry that it named is forgotten; record the "
        "program again and use the new variables.",
        index));
}
void changed_parameter(const std::string& name, const std::string& entry) {
    throw StaleVariableError(fmt::format(
        "parameter {} was changed, by an optimizer's step or a load, after {} read it: call tape.rewind() "
        "and record again, or tape.play().",
        name.empty() ? "without a name" : name, entry));
}
void backward_before_play(const std::string& entry) {
    throw StaleVariableError(fmt::format(
        "backward from {}: the values on the tape are not those of one run, since tape.set() gave an input "
        "new data, or a tape.play() threw; call tape.play() first.",
        entry));
}
void no_gradient_upstream(const std::string& entry) {
    throw StaleVariableError(fmt::format(
        "backward from {}: it depends on no variable and no parameter, so no gradient can flow; was it "
        "recorded while paused, or from inputs alone?",
        entry));
}
void no_gradient_yet(const std::string& entry, bool needs_grad) {
    throw StaleVariableError(fmt::format(
        "{} has no gradient: {}.", entry,
        needs_grad
            ? "no reverse pass has reached it; call tape.backward(loss), with a loss that depends on it"
            : "it is data, or was recorded while paused or detached; tape.variable(x) collects a gradient"));
}
void playback_over() {
    throw StaleVariableError(
        "this Playback is over: its tape was rewound, played or reversed anew since; call tape.reverse(loss) "
        "for a "
        "new one.");
}
void not_one_element(const std::string& entry, const Shape& shape) {
    throw ShapeError(
        fmt::format("backward from {}: its shape is {}, and a loss has one element; take its sum or mean, or "
                    "give a cotangent of "
                    "its shape.",
                    entry, to_text(shape)));
}
void cotangent_shape(const std::string& entry, const Shape& cotangent, const Shape& value) {
    throw ShapeError(fmt::format(
        "backward from {}: the cotangent's shape is {}, and the value's is {}; they must be the same.", entry,
        to_text(cotangent), to_text(value)));
}
void no_item(const std::string& entry, const Shape& shape) {
    throw ShapeError(fmt::format(
        "item of {}: its shape is {}, and only a tensor of one element has an item; take its sum or mean.",
        entry, to_text(shape)));
}
void not_settable(const std::string& entry) {
    throw ValueError(
        fmt::format("set of {}: only a leaf made by tape.input or tape.variable takes new data.", entry));
}
void no_entry(std::size_t i, std::size_t size) {
    throw ValueError(
        fmt::format("entry #{} is not on this tape: it has {} entries, counted from 0.", i, size));
}
void pass_over() {
    throw ValueError("Playback::here: the pass is over, no adjoint is left to run; back() takes steps back.");
}

}  // namespace tapedeck::refuse
