// Formula: an adjoint's rule for one element, in letters and in numbers.
#pragma once

#include <string>
#include <string_view>
#include <tapedeck/core/tape.hpp>
#include <utility>
#include <vector>

#include "demos/step_through/text.hpp"

namespace tapedeck::demos::step_through {

/// One element of one input of a recorded entry, whose gradient is wanted.
struct Site {
    Variable<double> v;
    std::size_t position;  ///< which of v's inputs
    std::size_t element;   ///< of that input, row-major

    const Entry<double>& entry() const { return v.entry(); }
    const Tensor<double>& y() const { return entry().value(); }
    const Tensor<double>& dy() const { return entry().grad(); }
    const Tensor<double>& input(std::size_t k) const { return v.tape()[entry().inputs()[k]].value(); }
    const Tensor<double>& x() const { return input(position); }
    Shape at() const { return unravel_index(element, x().shape()); }
    /// The input as the rule calls it: "x", "W", "weight".
    std::string letter() const;
};

/// How an operation's rule calls its input.
std::string input_letter(const Entry<double>& entry, std::size_t position);

/// `symbols` and `numbers` are the right hand side, in letters and with the numbers in their place.
struct Formula {
    std::string symbols, numbers;
    double value;
    std::vector<std::string> notes = {};
};
/// What an operation's rule may say of a site. More than one where the options of the operation, an axis say,
/// can't be seen from outside: the number that was handed on tells which it is.
using Formulas = std::vector<Formula>;

// Each answers for its own kind of operation, and with nothing for the others.
Formulas elementwise_formulas(const Site& site);
Formulas product_formulas(const Site& site);
Formulas reduction_formulas(const Site& site);
Formulas softmax_formulas(const Site& site);
Formulas loss_formulas(const Site& site);
Formulas norm_formulas(const Site& site);

/// The text with its letters replaced: {"dy", "0.25"}. Words that are not listed stay.
std::string substitute(std::string_view text,
                       const std::vector<std::pair<std::string, std::string>>& replacements);
/// "0.1 * 0.2 + 0.3 * 0.1 + … + 0.2 * 0.2 (7 terms)". Where it must be broken over lines it breaks before a
/// "+": all other spaces are no-break spaces.
std::string sum_text(const std::vector<std::string>& terms);
/// The row-major index of `at`, in a tensor of this shape; trailing-aligned, and 0 where an axis has size 1,
/// as broadcasting has it.
std::size_t flat_index(const Shape& at, const Shape& shape);

}  // namespace tapedeck::demos::step_through
