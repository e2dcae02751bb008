// How a tape words what it refuses to do.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tapedeck/core/tensor.hpp>
#include <tapedeck/core/where.hpp>

namespace tapedeck::refuse {

/// "backward (demo.cpp:41)": a call, and the line that it stands on.
std::string call(std::string_view what, Where where);
/// Whose Variable it is: "backward (demo.cpp:41): its Variable"; "the Variable used at demo.cpp:41" when
/// `what` is "".
std::string user(std::string_view what, Where where);
/// The same of operand i of n: "tanh in mlp/act1 (demo.cpp:41): its second operand".
std::string operand(const std::string& place, std::size_t i, std::size_t n);

// Each of these throws. `entry` is an Entry's text(): "entry #17, LayerNorm in mlp/norm2 (demo.cpp:43)";
// `user` is one of the above; `by` is a call().

/// @throws StaleVariableError
[[noreturn]] void no_tape(const std::string& user);
[[noreturn]] void another_tape(const std::string& user, std::size_t index);
[[noreturn]] void before_rewind(const std::string& user, std::size_t index);
[[noreturn]] void changed_parameter(const std::string& by, const std::string& name, const std::string& entry);
[[noreturn]] void reshaped_parameter(const std::string& by, const std::string& name, const std::string& entry,
                                     const Shape& value, const Shape& grad);
[[noreturn]] void backward_before_play(const std::string& by, const std::string& entry);
[[noreturn]] void no_gradient_upstream(const std::string& by, const std::string& entry);
[[noreturn]] void no_gradient_yet(Where where, const std::string& entry, bool needs_grad);
[[noreturn]] void playback_over(const std::string& by, std::string_view how_to_begin);
/// @throws ShapeError
[[noreturn]] void not_one_element(const std::string& by, const std::string& entry, const Shape& shape);
[[noreturn]] void cotangent_shape(const std::string& by, const std::string& entry, const Shape& cotangent,
                                  const Shape& value);
[[noreturn]] void no_item(Where where, const std::string& entry, const Shape& shape);
/// @throws ValueError
[[noreturn]] void not_settable(Where where, const std::string& entry);
[[noreturn]] void no_adjoint(const std::string& by, const std::string& entry);
[[noreturn]] void no_entry(std::size_t i, std::size_t size);
[[noreturn]] void nothing_to_play(const std::string& by);
[[noreturn]] void pass_over(const std::string& by, std::string_view what);
[[noreturn]] void no_predicate(const std::string& by);

}  // namespace tapedeck::refuse
