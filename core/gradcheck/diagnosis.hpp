// Which usual mistake turns the recorded gradient into the numeric one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <valarray>
#include <vector>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck::diagnosis {

using Values = std::valarray<double>;

/// A tensor in double, whatever the tape's type.
struct Field {
    std::string name;  ///< "argument 1 \"weight\"", "Tanh"
    Shape shape;
    Values values;
};

/// An operation that reads the argument.
struct Reader {
    std::string operation;
    Field output;
    Values upstream;            ///< the gradient that came to its output
    std::vector<Field> others;  ///< its other inputs
};

/// A deposit that did not keep what was there before.
struct Deposit {
    std::string operation;
    Values before;
};

/// All that is known of one argument whose gradient is wrong.
struct Evidence {
    Field argument;
    Values recorded;
    Values numeric;
    double noise = 0;               ///< of the numeric gradient
    std::vector<Reader> readers;    ///< those through which the result depends on it
    std::vector<Deposit> deposits;  ///< all but the first, in the order in which they came
    std::vector<Field> arguments;   ///< the other ones

    /// Whether `candidate` is the numeric gradient, and nearer to it by far than the recorded one is.
    bool is_numeric(const Values& candidate) const;
    /// Whether `candidate` is the recorded gradient, likewise.
    bool is_recorded(const Values& candidate) const;
    /// The one reader, when there is one, whose output has the argument's shape.
    const Reader* elementwise_reader() const;
};

/// One hypothesis: a sentence when it fits, and nothing otherwise. It never guesses: its formula must give
/// the numeric gradient from the recorded one, or both from what the operation read, in every element.
using Hypothesis = std::optional<std::string> (*)(const Evidence&);

// scaled.cpp
std::optional<std::string> never_arrived(const Evidence&);
std::optional<std::string> not_finite(const Evidence&);
std::optional<std::string> no_influence(const Evidence&);
std::optional<std::string> wrong_sign(const Evidence&);
std::optional<std::string> wrong_factor(const Evidence&);
std::optional<std::string> off_by_an_operand(const Evidence&);
// arranged.cpp
std::optional<std::string> overwritten(const Evidence&);
std::optional<std::string> transposed(const Evidence&);
std::optional<std::string> matmul_operand_transposed(const Evidence&);
std::optional<std::string> broadcast_not_summed(const Evidence&);
// elementwise.cpp
std::optional<std::string> input_for_output(const Evidence&);
std::optional<std::string> wrong_operand(const Evidence&);
std::optional<std::string> softmax_cross_term(const Evidence&);
// normalized.cpp
std::optional<std::string> normalization(const Evidence&);
std::optional<std::string> normalization_weight(const Evidence&);
std::optional<std::string> missing_projection(const Evidence&);

/// The first hypothesis that fits, in words; "" when none does.
std::string diagnose(const Evidence& evidence);

}  // namespace tapedeck::diagnosis
