// What a divisor of 0 was made of.
#include <tapedeck/core/inspect/non_finite/cause.hpp>

#include <fmt/format.h>

#include <tapedeck/core/ops/instantiate.hpp>

namespace tapedeck::inspect {

template <class T>
std::string divisor_of_zero(const Tape<T>& tape, const Entry<T>& divisor) {
    const auto input = [&](const Entry<T>& entry, std::size_t i) -> const Entry<T>& {
        return tape[entry.inputs()[i]];
    };
    // From the division up: the root, an eps that is added, a change of shape.
    const Entry<T>* e = &divisor;
    bool root = false;
    for (;;) {
        if (e->op() == "Sqrt") {
            root = true;
            e = &input(*e, 0);
        } else if (e->op() == "Add") {
            e = &input(*e, input(*e, 0).op() == "Input" ? 1 : 0);
        } else if (e->op() == "Reshape") {
            e = &input(*e, 0);
        } else {
            break;
        }
    }
    const bool squares = e->op() == "Mean" || e->op() == "Sum" ? input(*e, 0).op() == "Square" : false;
    if (!root || (e->op() != "Var" && !squares)) return "";
    const std::size_t n = input(*e, 0).value().size() / e->value().size();
    if (e->op() == "Sum") {
        return fmt::format("; the divisor is the length of a vector of zeros, made by {}: add a small eps",
                           e->text());
    }
    return fmt::format("; the divisor is the root of a variance of 0, made by {}, over {}: {}", e->text(),
                       n == 1 ? "a single value (a batch of one?)" : fmt::format("{} equal values", n),
                       n == 1 ? "give more values, or add an eps before the root"
                              : "eps is 0, or too small; add one, such as 1e-5, before the root");
}

#define INSTANTIATE(T) template std::string divisor_of_zero(const Tape<T>&, const Entry<T>&);
TAPEDECK_FOR_EACH_SCALAR(INSTANTIATE)

}  // namespace tapedeck::inspect
