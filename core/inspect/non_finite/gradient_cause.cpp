// Why an adjoint made a gradient that is not finite, by operation.
#include <tapedeck/core/inspect/non_finite/cause.hpp>

#include <fmt/format.h>

#include <tapedeck/core/inspect/non_finite/numbers.hpp>
#include <tapedeck/core/ops/instantiate.hpp>

namespace tapedeck::inspect {
namespace {

/// What makes the derivative infinite or nan where these numbers meet; "" when nothing does.
std::string singularity(std::string_view op, std::size_t i, double a, double b, const std::string& place) {
    if (op == "Sqrt" && a == 0) {
        return fmt::format(
            "the derivative of sqrt at 0 is infinite, and it is 0{}; add a small eps under the root", place);
    }
    if (op == "Log" && a == 0) {
        return fmt::format("the derivative of log at 0 is infinite, and it is 0{}; keep its argument above 0",
                           place);
    }
    if (op == "Divide" && b == 0)
        return fmt::format("division by 0{}: the derivatives of a / b are infinite there", place);
    if (op == "Pow" && i == 0 && a == 0 && b < 1)
        return fmt::format(
            "the derivative of x^{:.4g} at 0 is infinite, and it is 0{}; keep the base above 0", b, place);
    if (op == "Pow" && i == 1 && a <= 0) {
        return fmt::format(
            "the derivative by the exponent is y * log(base), and the base is {:.4g}{}; an "
            "exponent that is a plain number wants no gradient",
            a, place);
    }
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
            std::string text = singularity(op, i, broadcast_at(input(0).value(), shape, k),
                                           broadcast_at(input(other).value(), shape, k), at(shape, k));
            if (text.empty()) continue;
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
