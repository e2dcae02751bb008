// Why an adjoint made a gradient that is not finite, by operation.
#include <tapedeck/core/inspect/cause.hpp>

#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/inspect/numbers.hpp>
#include <tapedeck/core/ops/instantiate.hpp>

namespace tapedeck::inspect {
namespace {

/// What makes the derivative infinite or nan at these numbers; "" when nothing does.
std::string singularity(std::string_view op, std::size_t i, double a, double b) {
    if (op == "Sqrt" && a == 0)
        return "the derivative of sqrt at 0 is infinite; add a small eps under the root";
    if (op == "Log" && a == 0) return "the derivative of log at 0 is infinite; keep its argument above 0";
    if (op == "Divide" && b == 0)
        return "division by 0: the derivatives 1 / b and -a / b^2 are infinite there";
    if (op == "Pow" && i == 0 && a == 0 && b < 1)
        return fmt::format("the derivative of x^{:.4g} at 0 is infinite; keep the base above 0", b);
    if (op == "Pow" && i == 0 && a < 0 && b != std::floor(b))
        return "the derivative of a fractional power of a negative number is no real number";
    if (op == "Pow" && i == 1 && a < 0)
        return "the derivative by the exponent is y * log(base), and the base is negative; give an exponent "
               "that wants no gradient as a number";
    if (op == "Pow" && i == 1 && a == 0) return "the derivative by the exponent is y * log(base), of base 0";
    return "";
}

}  // namespace

template <class T>
std::string cause_of_gradient(const Tape<T>& tape, const Entry<T>& entry, std::size_t i) {
    const auto input = [&](std::size_t p) -> const Entry<T>& { return tape[entry.inputs()[p]]; };
    // The places where a derivative is infinite; one that gets a gradient of 0 makes 0 * inf.
    const Shape& shape = entry.value().shape();
    const std::size_t other = entry.inputs().size() - 1;
    const std::string_view op = entry.op();
    if (op == "Sqrt" || op == "Log" || op == "Divide" || op == "Pow") {
        for (std::size_t k = 0; k < entry.value().size(); ++k) {
            const std::string found = singularity(op, i, broadcast_at(input(0).value(), shape, k),
                                                  broadcast_at(input(other).value(), shape, k));
            if (found.empty()) continue;
            std::string text = found + (at(shape, k).empty() ? "" : "; so it is" + at(shape, k));
            if (entry.grad().storage()[k] == 0)
                text +=
                    "; the gradient that arrives there is 0, and 0 * inf is nan: where() and masks hide a "
                    "value, not its derivative, so mask the argument instead";
            return text;
        }
    }
    for (const std::uint32_t p : entry.inputs()) {
        if (!all_finite(tape[p].value())) {
            return fmt::format("the value of its input #{} is {}, which the loss does not show", p,
                               numbers(tape[p].value()).text());
        }
    }
    if (!all_finite(entry.value())) {
        return fmt::format("its own value is {}, which the loss does not show",
                           numbers(entry.value()).text());
    }
    std::string reach;
    for (const std::uint32_t p : entry.inputs())
        reach += fmt::format("{}{:.4g}", reach.empty() ? "" : ", ", numbers(tape[p].value()).magnitude());
    return fmt::format(
        "overflow: a gradient of up to {:.4g} meets operands of up to {}, or is added to another; scale the "
        "loss, or the numbers",
        numbers(entry.grad()).magnitude(), reach);
}

#define INSTANTIATE(T) template std::string cause_of_gradient(const Tape<T>&, const Entry<T>&, std::size_t);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck::inspect
