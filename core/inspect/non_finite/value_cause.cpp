// Why a value is not finite, by operation.
#include <tapedeck/core/inspect/non_finite/cause.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include <tapedeck/core/inspect/non_finite/numbers.hpp>
#include <tapedeck/core/ops/instantiate.hpp>
#include <tapedeck/core/ops/running.hpp>

namespace tapedeck::inspect {
namespace {

/// An entry, and the first of its numbers that is not finite.
template <class T>
struct Scene {
    const Tape<T>& tape;
    const Entry<T>& entry;
    std::size_t k;

    const Entry<T>& input(std::size_t i) const { return tape[entry.inputs()[i]]; }
    const Shape& shape() const { return entry.value().shape(); }
    /// The number of operand i of an element-wise operation that met there.
    /// nan where a user's operation of the same name has no such operand.
    double met(std::size_t i) const {
        if (i >= entry.inputs().size()) return std::numeric_limits<double>::quiet_NaN();
        Shape joint;
        const Tensor<T>& x = input(i).value();
        if (!broadcast(x.shape(), shape(), joint) || joint != shape())
            return std::numeric_limits<double>::quiet_NaN();
        return broadcast_at(x, shape(), k);
    }
    std::string place() const { return at(shape(), k); }
    Numbers of(std::size_t i) const { return numbers(input(i).value()); }
};

template <class T>
std::string largest() {
    return fmt::format("the largest {} is {:.2g}", std::is_same_v<T, float> ? "float" : "double",
                       static_cast<double>(std::numeric_limits<T>::max()));
}

template <class T>
std::string exp_cause(const Scene<T>& s) {
    return fmt::format(
        "overflow in exp: e^{:.4g}{}, where {} (reached at x = {:.1f}); take the largest off first, as "
        "softmax "
        "does, or bound the argument",
        s.met(0), s.place(), largest<T>(), std::log(static_cast<double>(std::numeric_limits<T>::max())));
}

template <class T>
std::string log_cause(const Scene<T>& s) {
    if (s.met(0) < 0) {
        return fmt::format("log of a negative number, {:.4g}{}, is nan; keep its argument above 0", s.met(0),
                           s.place());
    }
    const std::string_view maker = s.input(0).op();
    return fmt::format("log of 0{} is -inf; {}", s.place(),
                       maker == "Softmax"   ? "log_softmax(x) takes both in one and stays finite"
                       : maker == "Sigmoid" ? "binary_cross_entropy_with_logits takes both in one"
                                            : "keep its argument above 0, as in log(x + 1e-6)");
}

template <class T>
std::string sqrt_cause(const Scene<T>& s) {
    return fmt::format(
        "sqrt of a negative number, {:.4g}{}; a difference that rounding made negative is mended by "
        "maximum(x, 0)",
        s.met(0), s.place());
}

template <class T>
std::string pow_cause(const Scene<T>& s) {
    const double a = s.met(0), b = s.met(1);
    if (a < 0 && b != std::floor(b)) {
        return fmt::format(
            "a negative base under a fractional exponent, ({:.4g})^{:.4g}{}, is no real number", a, b,
            s.place());
    }
    if (a == 0 && b < 0)
        return fmt::format("0 to a negative power, 0^{:.4g}{}, is a division by 0", b, s.place());
    return fmt::format("overflow in pow: ({:.4g})^({:.4g}){}, where {}", a, b, s.place(), largest<T>());
}

/// Add, Subtract, Multiply, Divide, and Square.
template <class T>
std::string arithmetic_cause(const Scene<T>& s, std::string_view sign) {
    const double a = s.met(0);
    const double b = s.met(s.entry.inputs().size() - 1);
    const std::string formula = fmt::format("{} {} {}{}", digits(a), sign, digits(b), s.place());
    if (sign == "/" && b == 0 && std::isfinite(a))
        return fmt::format("division by 0: {}{}", formula, divisor_of_zero(s.tape, s.input(1)));
    if (std::isfinite(a) && std::isfinite(b)) {
        return fmt::format(
            "overflow: {}, where {}; numbers have grown beyond all use: lower the learning "
            "rate, or normalize",
            formula, largest<T>());
    }
    return formula + (std::isnan(static_cast<double>(s.entry.value().storage()[s.k])) ? " is nan" : "");
}

/// Whatever multiplies and adds up its inputs.
template <class T>
std::string sum_cause(const Scene<T>& s) {
    const auto n = s.entry.inputs().size();
    std::string reach;
    for (std::size_t i = 0; i < n; ++i) {
        const Numbers x = s.of(i);
        if (x.size == 0 && s.entry.op() == "Mean") return "a mean over no elements, 0 / 0";
        if (!x.all_finite()) {
            return x.plus_inf > 0 && x.minus_inf > 0
                       ? "inf and -inf meet in a sum: inf - inf is nan"
                       : fmt::format("its input #{} brings what is not finite", s.entry.inputs()[i]);
        }
        reach += fmt::format("{}{:.4g}", i == 0 ? "" : i + 1 < n ? ", " : " and ", x.magnitude());
    }
    return fmt::format(
        "overflow: numbers up to {} in magnitude go into products or sums, where {}; lower the learning "
        "rate, "
        "or normalize",
        reach, largest<T>());
}

/// Rows along the last axis, which is what a softmax nearly always runs along.
template <class T>
std::string softmax_cause(const Scene<T>& s) {
    const Tensor<T>& x = s.input(0).value();
    const Numbers n = s.of(0);
    if (n.all_finite()) return sum_cause(s);
    if (n.plus_inf > 0) return "softmax of inf: x - max is inf - inf";
    if (n.nan > 0) return fmt::format("its input #{} holds nan", s.entry.inputs()[0]);
    const std::size_t d = x.dimension() == 0 ? 1 : x.shape().back();
    for (std::size_t row = 0; row < x.size() / d; ++row) {
        const T* from = x.storage().data() + row * d;
        if (std::all_of(from, from + d, [](T v) { return std::isinf(v); })) {
            return fmt::format(
                "row {} of its input is -inf throughout (masked altogether?), and the softmax "
                "of nothing else is nan; leave each row one number",
                row);
        }
    }
    return s.entry.op() == "CrossEntropy"
               ? "the logit of a target is -inf (masked?), so that its probability is 0 and the loss infinite"
               : "what its input holds as -inf (masked?) has probability 0, and log 0 is -inf";
}

template <class T>
std::string leaf_cause(const Entry<T>& entry) {
    if (entry.parameter() == nullptr) {
        return fmt::format("the {} given to the tape {} not finite; look at where {} comes from",
                           entry.op() == "Input" ? "data" : "variable", entry.op() == "Input" ? "are" : "is",
                           entry.op() == "Input" ? "that" : "it");
    }
    return fmt::format(
        "the parameter became non-finite, by an optimizer's step or a load; {}",
        all_finite(entry.parameter()->grad)
            ? "a lower learning rate, or clip_grad_norm, keeps it from running away"
            : "its gradient is not finite either: with detect_anomaly() a backward says which adjoint made "
              "that");
}

template <class T>
std::string norm_cause(const Scene<T>& s) {
    if (const auto* reader = dynamic_cast<const op::ReadsRunningStatistics<T>*>(&s.entry.operation());
        reader != nullptr && reader->statistics_read() != nullptr) {
        const Numbers mean = numbers(reader->statistics_read()->mean);
        const Numbers var = numbers(reader->statistics_read()->var);
        if (!mean.all_finite()) return "the running mean is " + mean.text();
        if (!var.all_finite()) return "the running variance is " + var.text();
        if (var.least < 0)
            return fmt::format("the running variance is as low as {:.4g}, and must not be negative",
                               var.least);
    }
    if (!s.of(0).all_finite()) return "the input is not finite, and x - mean is inf - inf";
    return sum_cause(s);
}

template <class T>
bool has_bad_input(const Scene<T>& s) {
    for (std::size_t i = 0; i < s.entry.inputs().size(); ++i) {
        if (!s.of(i).all_finite()) return true;
    }
    return false;
}

}  // namespace

template <class T>
std::string cause_of_value(const Tape<T>& tape, const Entry<T>& entry) {
    if (entry.is_leaf()) return leaf_cause(entry);
    const Scene<T> s{tape, entry, first_bad(entry.value())};
    const std::string_view op = entry.op();
    if (op == "Add") return arithmetic_cause(s, "+");
    if (op == "Subtract") return arithmetic_cause(s, "-");
    if (op == "Multiply" || op == "Square") return arithmetic_cause(s, "*");
    if (op == "Divide") return arithmetic_cause(s, "/");
    if (op == "Softmax" || op == "LogSoftmax" || op == "CrossEntropy") return softmax_cause(s);
    if (op == "BatchNorm" || op == "LayerNorm" || op == "RMSNorm" || op == "GroupNorm" ||
        op == "InstanceNorm")
        return norm_cause(s);
    const bool sums = op == "Sum" || op == "Mean" || op == "Var" || op == "Matmul" || op == "Linear" ||
                      op == "MSELoss" || op == "BinaryCrossEntropyWithLogits" || op == "WeightNorm" ||
                      op == "Dropout" || op == "GELU";
    if (sums) return sum_cause(s);
    if (op == "Pow") return pow_cause(s);
    if (has_bad_input(s)) return "its input is not finite, and it hands that on";
    if (op == "Exp") return exp_cause(s);
    if (op == "Log") return log_cause(s);
    if (op == "Sqrt") return sqrt_cause(s);
    return fmt::format("all that it reads is finite, so its own forward made it{}", s.place());
}

#define INSTANTIATE(T) template std::string cause_of_value(const Tape<T>&, const Entry<T>&);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck::inspect
