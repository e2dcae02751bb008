#include "interpreter.hpp"

#include <optional>

#include <fmt/format.h>

#include <tapedeck/core/ops/ops.hpp>

#include "wrong_ops.hpp"

namespace tapedeck::test {

template <class T>
Tensor<T> tensor_of(const Shape& shape, const std::vector<double>& data) {
    Tensor<T> result = Tensor<T>::from_shape(shape);
    for (std::size_t i = 0; i < data.size(); ++i) result.storage()[i] = static_cast<T>(data[i]);
    return result;
}

Tensor<bool> mask_of(const Instruction& instruction) {
    Tensor<bool> mask = Tensor<bool>::from_shape(instruction.shape);
    for (std::size_t i = 0; i < instruction.index.size(); ++i) mask.storage()[i] = instruction.index[i] != 0;
    return mask;
}

Axes axes_of(const Instruction& instruction) {
    Axes axes;
    for (const int a : instruction.axes) axes.axis[axes.count++] = a;
    return axes;
}

template <class T>
Variable<T> Interpreter<T>::record(const Instruction& instruction) {
    values_.push_back(in_scopes(instruction, instruction.scope));
    return values_.back();
}

/// Opens the scopes "a/b/c" one in another.
template <class T>
Variable<T> Interpreter<T>::in_scopes(const Instruction& instruction, std::string_view rest) {
    if (!rest.empty()) {
        const std::size_t slash = rest.find('/');
        const auto scope = tape_.scope(rest.substr(0, slash));
        return in_scopes(instruction, slash == std::string_view::npos ? "" : rest.substr(slash + 1));
    }
    const auto made = [&] {
        if (!instruction.paused) return apply(instruction);
        const auto paused = tape_.pause();
        return apply(instruction);
    }();
    return instruction.name.empty() || instruction.kind == Kind::parameter ? made
                                                                           : made.named(instruction.name);
}

template <class T>
Variable<T> Interpreter<T>::apply(const Instruction& i) {
    const auto in = [&](std::size_t k) { return values_[i.inputs[k]]; };
    const T number = static_cast<T>(i.number);
    switch (i.kind) {
        case Kind::input:
            return tape_.input(tensor_of<T>(i.shape, i.data), i.name);
        case Kind::variable:
            return tape_.variable(tensor_of<T>(i.shape, i.data), i.name);
        case Kind::parameter: {
            const auto made = state_.parameters.try_emplace(i.state, tensor_of<T>(i.shape, i.data),
                                                            fmt::format("p{}", i.state));
            return tape_.parameter(made.first->second);
        }
        case Kind::add:
            return in(0) + in(1);
        case Kind::subtract:
            return in(0) - in(1);
        case Kind::multiply:
            return in(0) * in(1);
        case Kind::divide:
            return in(0) / in(1);
        case Kind::negate:
            return -in(0);
        case Kind::add_number:
            return in(0) + number;
        case Kind::number_minus:
            return number - in(0);
        case Kind::multiply_tensor:
            return in(0) * tensor_of<T>(i.shape, i.data);
        case Kind::add_tensor:
            return in(0) + tensor_of<T>(i.shape, i.data);
        case Kind::number_over:
            return number / in(0);
        case Kind::pow:
            return pow(in(0), in(1));
        case Kind::pow_number:
            return pow(in(0), number);
        case Kind::maximum:
            return maximum(in(0), in(1));
        case Kind::maximum_number:
            return maximum(in(0), number);
        case Kind::where:
            return tapedeck::where(mask_of(i), in(0), in(1));
        case Kind::where_number:
            return tapedeck::where(mask_of(i), in(0), number);
        case Kind::masked_fill:
            return masked_fill(in(0), mask_of(i), number);
        case Kind::exp:
            return exp(in(0));
        case Kind::log:
            return log(in(0));
        case Kind::sqrt:
            return sqrt(in(0));
        case Kind::square:
            return square(in(0));
        case Kind::abs:
            return abs(in(0));
        case Kind::tanh:
            return tanh(in(0));
        case Kind::sigmoid:
            return sigmoid(in(0));
        case Kind::relu:
            return relu(in(0));
        case Kind::gelu:
            return gelu(in(0));
        case Kind::dropout: {
            const auto seed = static_cast<std::uint64_t>(i.state);
            return dropout(in(0), i.number, state_.generators.try_emplace(i.state, seed).first->second);
        }
        case Kind::sum:
            return sum(in(0), axes_of(i), i.keep_dims);
        case Kind::mean:
            return mean(in(0), axes_of(i), i.keep_dims);
        case Kind::var:
            return var(in(0), axes_of(i), i.keep_dims, static_cast<int>(i.start));
        case Kind::max:
            return max(in(0), axes_of(i), i.keep_dims);
        case Kind::reshape:
            return reshape(in(0), i.shape);
        case Kind::transpose:
            return transpose(in(0), i.axes[0], i.axes[1]);
        case Kind::slice:
            return slice(in(0), i.axis(), i.start, i.stop);
        case Kind::concat:
        case Kind::stack: {
            std::vector<Variable<T>> parts;
            for (std::size_t k = 0; k < i.inputs.size(); ++k) parts.push_back(in(k));
            return i.kind == Kind::concat ? concat(parts, i.axis()) : stack(parts, i.axis());
        }
        case Kind::gather: {
            Tensor<std::size_t> index = Tensor<std::size_t>::from_shape(i.shape);
            std::copy(i.index.begin(), i.index.end(), index.storage().begin());
            return gather(in(0), i.axis(), index);
        }
        case Kind::detach:
            return detach(in(0));
        case Kind::matmul:
            return matmul(in(0), in(1));
        case Kind::linear:
            return linear(in(0), in(1), i.has_bias ? std::optional(in(2)) : std::nullopt);
        case Kind::softmax:
            return softmax(in(0), i.axis());
        case Kind::log_softmax:
            return log_softmax(in(0), i.axis());
        case Kind::mse_loss:
            return mse_loss(in(0), in(1));
        case Kind::mse_loss_number:
            return mse_loss(in(0), number);
        case Kind::cross_entropy:
            return cross_entropy(in(0), i.index);
        case Kind::binary_cross_entropy:
            return binary_cross_entropy_with_logits(in(0), in(1));
        case Kind::binary_cross_entropy_number:
            return binary_cross_entropy_with_logits(in(0), number);
        case Kind::wrong_tanh:
            return tape_.template record<WrongTanh<T>>(Where::here(), {}, in(0));
        case Kind::wrong_product:
            return tape_.template record<WrongProduct<T>>(Where::here(), {}, in(0), in(1));
        case Kind::forgetful_square:
            return tape_.template record<ForgetfulSquare<T>>(Where::here(), {}, in(0));
        default:
            return normalize(i);
    }
}

template <class T>
Variable<T> Interpreter<T>::normalize(const Instruction& i) {
    const auto in = [&](std::size_t k) { return values_[i.inputs[k]]; };
    std::size_t next = 1;
    std::optional<Variable<T>> weight, bias;
    if (i.has_weight) weight = in(next++);
    if (i.has_bias) bias = in(next++);
    const auto eps = i.eps < 0 ? std::nullopt : std::optional(i.eps);
    const auto dimensions = static_cast<int>(i.shape.size());
    const std::size_t groups = i.start;
    switch (i.kind) {
        case Kind::layer_norm:
            return layer_norm(in(0), i.shape, weight, bias, i.eps);
        case Kind::rms_norm:
            return rms_norm(in(0), i.shape, weight, eps);
        case Kind::group_norm:
            return group_norm(in(0), groups, weight, bias, i.eps);
        case Kind::weight_norm:
            return weight_norm(in(0), in(1));
        case Kind::spelled_out_layer_norm:
            return spelled_out::layer_norm(in(0), dimensions, weight, bias, i.eps);
        case Kind::spelled_out_rms_norm:
            return spelled_out::rms_norm(in(0), dimensions, weight, eps);
        case Kind::spelled_out_group_norm:
            return spelled_out::group_norm(in(0), groups, weight, bias, i.eps);
        case Kind::spelled_out_instance_norm:
            return spelled_out::instance_norm(in(0), weight, bias, i.eps);
        case Kind::spelled_out_batch_norm:
            return spelled_out::batch_norm(in(0), weight, bias, i.eps);
        case Kind::spelled_out_weight_norm:
            return spelled_out::weight_norm(in(0), in(1));
        case Kind::batch_norm:
        case Kind::instance_norm:
            break;
        default:
            throw Error("no such kind");
    }
    const std::size_t channels = i.data.size() / 2;
    RunningStatistics<T>* running = nullptr;
    if (channels > 0) {
        const auto [at, made] = state_.running.try_emplace(i.state, channels);
        running = &at->second;
        for (std::size_t c = 0; made && c < channels; ++c) {
            running->mean.storage()[c] = static_cast<T>(i.data[c]);
            running->var.storage()[c] = static_cast<T>(i.data[channels + c]);
        }
    }
    const BatchNormMode mode{i.training, i.number < 0 ? std::nullopt : std::optional(i.number), i.eps};
    return i.kind == Kind::batch_norm ? batch_norm(in(0), running, weight, bias, mode)
                                      : instance_norm(in(0), running, weight, bias, mode);
}

template <class T>
std::vector<Variable<T>> record(const Program& program, Tape<T>& tape, State<T>& state) {
    Interpreter<T> interpreter(tape, state);
    for (const Instruction& instruction : program.instructions) interpreter.record(instruction);
    return interpreter.values();
}

template <class T>
void backward(const Program& program, Tape<T>& tape, Variable<T> result) {
    if (result.value().size() == 1)
        tape.backward(result);
    else
        tape.backward(result, tensor_of<T>(result.shape(), cotangent(program, result.value().size())));
}

#define INSTANTIATE(T)                                                             \
    template Tensor<T> tensor_of(const Shape&, const std::vector<double>&);        \
    template class Interpreter<T>;                                                 \
    template std::vector<Variable<T>> record(const Program&, Tape<T>&, State<T>&); \
    template void backward(const Program&, Tape<T>&, Variable<T>);
INSTANTIATE(float)
INSTANTIATE(double)
#undef INSTANTIATE

}  // namespace tapedeck::test
