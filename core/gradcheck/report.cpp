// How a GradcheckReport words itself.
#include <cmath>

#include <fmt/format.h>

#include <tapedeck/core/gradcheck.hpp>

namespace tapedeck {
namespace {

std::string count(std::size_t n, std::string_view what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

}  // namespace

double GradcheckReport::Element::error() const { return std::abs(recorded - numeric); }

std::string GradcheckReport::diagnosis() const {
    std::string text;
    for (const Argument& a : arguments) {
        if (!a.diagnosis.empty())
            text +=
                fmt::format("{}{} {}: {}", text.empty() ? "" : "\n", a.name, to_text(a.shape), a.diagnosis);
    }
    return text;
}

std::string GradcheckReport::text() const {
    std::string text;
    if (!wrong.empty()) {
        text = fmt::format("gradcheck FAILED: {} of {} are wrong in {}.\n", wrong.size(),
                           count(checked, "element"), function);
    } else if (!problem.empty()) {
        text = fmt::format("gradcheck of {} proves nothing: {}\n", function, problem);
    } else if (!unsettled.empty()) {
        text = fmt::format(
            "gradcheck of {} can't tell: for {} of {} the numeric gradient does not settle: a kink? Choose "
            "inputs beside it.\n",
            function, unsettled.size(), count(checked, "element"));
    } else {
        text = fmt::format("gradcheck passed: {} of {} in {}.\n", count(checked, "element"),
                           count(arguments.size(), "argument"), function);
    }
    if (!wrong.empty()) {
        if (const std::string why = diagnosis(); !why.empty()) {
            text += "What fits, for\n  ";
            for (const char c : why) text += c == '\n' ? std::string("\n  ") : std::string(1, c);
            text += "\n";
        } else {
            text += "None of the usual mistakes fits: check each operation by itself.\n";
        }
        if (!problem.empty())
            text += fmt::format("Besides, it proves nothing where it passed: {}\n", problem);
        if (!unsettled.empty()) {
            text += fmt::format("Besides, the numeric gradient of {} does not settle: a kink?\n",
                                count(unsettled.size(), "more element"));
        }
    }
    if (imprecise)
        text += "It ran in float, which is imprecise: it can tell a wrong formula, no more. Use double.\n";
    if (!worst.empty()) text += worst.size() == 1 ? "The element:\n" : "The worst elements:\n";
    for (const Element& e : worst) {
        const Argument& a = arguments[e.argument];
        text += fmt::format("  {}, element {}: got {:.9g}, expected {:.9g}, error {:.3g}", a.name,
                            to_text(unravel_index(e.index, a.shape)), e.recorded, e.numeric, e.error());
        if (!(e.uncertainty <= 1e-2 * e.error()))
            text += fmt::format(" (numeric to within {:.2g})", e.uncertainty);
        text += "\n";
    }
    return text;
}

}  // namespace tapedeck
