// A program as data: a list of instructions that an interpreter records on a tape.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck::test {

// The last three are wrong on purpose; no generator draws them unless told to.
// clang-format off
#define TAPEDECK_KINDS(X) \
    X(input) X(variable) X(parameter) \
    X(add) X(subtract) X(multiply) X(divide) X(negate) \
    X(add_number) X(number_minus) X(multiply_tensor) X(add_tensor) X(number_over) \
    X(pow) X(pow_number) X(maximum) X(maximum_number) X(where) X(where_number) X(masked_fill) \
    X(exp) X(log) X(sqrt) X(square) X(abs) X(tanh) X(sigmoid) X(relu) X(gelu) X(dropout) \
    X(sum) X(mean) X(var) X(max) \
    X(reshape) X(transpose) X(slice) X(concat) X(stack) X(gather) X(detach) \
    X(matmul) X(linear) X(softmax) X(log_softmax) \
    X(mse_loss) X(mse_loss_number) X(cross_entropy) \
    X(binary_cross_entropy) X(binary_cross_entropy_number) \
    X(layer_norm) X(rms_norm) X(group_norm) X(instance_norm) X(batch_norm) X(weight_norm) \
    X(spelled_out_layer_norm) X(spelled_out_rms_norm) X(spelled_out_group_norm) \
    X(spelled_out_instance_norm) X(spelled_out_batch_norm) X(spelled_out_weight_norm) \
    X(wrong_tanh) X(wrong_product) X(forgetful_square)
// clang-format on

enum class Kind : std::uint8_t {
#define TAPEDECK_KIND(name) name,
    TAPEDECK_KINDS(TAPEDECK_KIND)
#undef TAPEDECK_KIND
};

std::string_view to_text(Kind kind);
inline bool is_leaf(Kind kind) {
    return kind == Kind::input || kind == Kind::variable || kind == Kind::parameter;
}

/// One operation, its operands, and whichever options its kind has.
struct Instruction {
    Kind kind = Kind::input;
    std::vector<std::size_t> inputs{};  ///< earlier instructions
    /// Of a leaf, a constant, a mask or an index; reshape's target; normalized_shape.
    Shape shape{};
    /// A leaf's or a constant's numbers; the running mean and variance that a batch_norm starts from.
    std::vector<double> data{};
    std::vector<std::size_t> index{};  ///< gather's, cross_entropy's targets, a mask's zeros and ones
    std::vector<int> axes{};  ///< of a reduction, transpose's two, the one of slice, concat, softmax …
    bool keep_dims = false;
    std::size_t start = 0, stop = 0;  ///< slice's; start: var's correction, group_norm's groups
    double number = 0;                ///< an operand that is a number, p, momentum (negative: none)
    double eps = 1e-5;                ///< negative: the default
    bool has_weight = false, has_bias = false;
    bool training = true;  ///< of a batch_norm
    /// Which parameter, running statistics or generator it uses; several instructions may share one.
    int state = 0;
    std::string scope{}, name{};
    bool paused = false;

    int axis() const { return axes.empty() ? 0 : axes[0]; }
};

/// The last instruction is the result, which the reverse pass starts from.
struct Program {
    std::vector<Instruction> instructions;
    std::uint64_t seed = 0;  ///< of the cotangent
    std::size_t size() const { return instructions.size(); }
};

/// dL/d result: 1 for a single element, otherwise numbers drawn from the program's seed, of three decimals.
std::vector<double> cotangent(const Program& program, std::size_t size);

/// The program with every detached and paused result replaced by the value that it has: what a finite
/// difference must be taken of, since no gradient flows there.
template <class T>
Program cut(const Program& program, const std::vector<Tensor<T>>& values);

/// The program without the instructions that its result does not depend on.
Program without_dead_code(const Program& program);

}  // namespace tapedeck::test
