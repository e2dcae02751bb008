// How a tape words what it refuses to do.
#pragma once

#include <cstddef>
#include <string>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck::refuse {

// Each throws. `entry` is an Entry's text(): "entry #17, LayerNorm in mlp/norm2 (demo.cpp:43)".

/// @throws StaleVariableError
[[noreturn]] void no_tape();
[[noreturn]] void another_tape(std::size_t index);
[[noreturn]] void before_rewind(std::size_t index);
[[noreturn]] void changed_parameter(const std::string& name, const std::string& entry);
[[noreturn]] void backward_before_play(const std::string& entry);
[[noreturn]] void no_gradient_upstream(const std::string& entry);
[[noreturn]] void no_gradient_yet(const std::string& entry, bool needs_grad);
[[noreturn]] void playback_over();
/// @throws ShapeError
[[noreturn]] void not_one_element(const std::string& entry, const Shape& shape);
[[noreturn]] void cotangent_shape(const std::string& entry, const Shape& cotangent, const Shape& value);
[[noreturn]] void no_item(const std::string& entry, const Shape& shape);
/// @throws ValueError
[[noreturn]] void not_settable(const std::string& entry);
[[noreturn]] void no_entry(std::size_t i, std::size_t size);
[[noreturn]] void pass_over();

}  // namespace tapedeck::refuse
