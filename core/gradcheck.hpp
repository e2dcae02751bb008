// gradcheck: numeric against recorded gradients.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <tapedeck/core/tape.hpp>

namespace tapedeck {

/// How a gradient is checked, and what counts as right.
struct GradcheckOptions {
    /// What the report calls the function; empty: by the operations that it recorded.
    std::string name = {};
    /// The first half-width of the central difference, as a share of the argument's own spread (the standard
    /// deviation of its elements, so that an offset of 1e4 does not widen it). Smaller ones follow, and are
    /// extrapolated, until the difference settles.
    double step = 1e-3;
    /// An element is right when |recorded - numeric| <= relative * |numeric| + absolute * (the argument's
    /// largest numeric gradient).
    double relative = 1e-5;
    /// The other term of the same: a share of the argument's largest numeric gradient.
    double absolute = 1e-9;
    /// Of the random cotangent.
    std::uint64_t seed = 1;
    /// Arguments, counted from 0, inputs first and parameters after them, on which the result is known not to
    /// depend (a bias before a batch_norm): their gradients are then checked to be zero.
    std::vector<std::size_t> constant = {};
    /// The same for parameters, by name.
    std::vector<std::string> constant_parameters = {};
};

/// What gradcheck found.
struct GradcheckReport {
    /// One input or parameter of the function.
    struct Argument {
        std::string name;            ///< "argument 1", "argument 1 \"weight\"", "parameter fc1.weight"
        Shape shape;                 ///< of its value
        double largest = 0;          ///< numeric gradient, in absolute value
        std::string diagnosis = "";  ///< which usual mistake explains what is wrong here; "" when none fits
    };
    /// One element of one argument's gradient.
    struct Element {
        std::size_t argument;    ///< its index in `arguments`
        std::size_t index;       ///< of the element, row-major
        double recorded;         ///< what the reverse pass brought
        double numeric;          ///< what differences give
        double uncertainty = 0;  ///< of `numeric`, as estimated from how it settled
        /// |recorded - numeric|
        double error() const;
    };
    std::string function;             ///< its name, or the operations that it recorded
    std::string problem;              ///< why the check proves nothing; "" when it does
    std::vector<Argument> arguments;  ///< inputs, then parameters
    std::size_t checked = 0;          ///< elements compared
    std::vector<Element> worst;       ///< the ten with the largest error, worst first
    std::vector<Element> wrong;       ///< all that are out of tolerance
    std::vector<Element> unsettled;   ///< all whose numeric gradient does not settle: a kink, most often
    bool imprecise = false;           ///< the check ran in float

    /// Whether the check proves something, and every element is right.
    bool ok() const { return problem.empty() && wrong.empty() && unsettled.empty(); }
    /// The diagnoses of all arguments, a line each; "" when there is none.
    std::string diagnosis() const;
    /// A few lines: passed or not, what explains it, and the worst elements: argument, index, what was
    /// recorded ("got") and the numeric gradient ("expected").
    std::string text() const;
};

/// A program: records itself on the tape from these variables, and returns its result.
template <class T>
using GradcheckFunction =
    std::type_identity_t<std::function<Variable<T>(Tape<T>&, std::vector<Variable<T>>)>>;

/// Parameters with the names that the report calls them by: what module.named_parameters() gives.
template <class T>
using NamedParameters = std::vector<std::pair<std::string, Parameter<T>*>>;

namespace numeric {
/// What the functions below call; theirs are templates, so that `{.seed = 2}` can only be options.
template <class T>
GradcheckReport gradcheck(const GradcheckFunction<T>& function, const std::vector<Tensor<T>>& inputs,
                          const NamedParameters<T>& parameters, GradcheckOptions options);
extern template GradcheckReport gradcheck<float>(const GradcheckFunction<float>&,
                                                 const std::vector<Tensor<float>>&,
                                                 const NamedParameters<float>&, GradcheckOptions);
extern template GradcheckReport gradcheck<double>(const GradcheckFunction<double>&,
                                                  const std::vector<Tensor<double>>&,
                                                  const NamedParameters<double>&, GradcheckOptions);
}  // namespace numeric

/// Checks every element of every input's gradient by central differences. The function records a program on
/// the tape that it is given, from variables with these values, and returns its result; a random cotangent
/// turns that into one number, since a seed of ones can't see a wrong normalization (its outputs sum to
/// zero). The recording is frozen, and played again for each difference: masks stay, running statistics and
/// generators are left alone.
///
///     gradcheck([](auto&, auto x) { return tanh(x[0]) * x[1]; }, {Tensor<double>{0.3, -1.2},
///     Tensor<double>{2, 0.5}})
///
/// - An argument whose numeric gradient is near zero proves nothing, and the report says so: not ok(). Where
///   that is meant, declare the argument `constant`.
/// - An element where the difference quotient does not settle (a kink at or beside it) is not ok() either,
///   unless the recorded gradient agrees all the same. At a kink, recorded gradients between the slopes on
///   both sides are such elements; others are wrong.
/// - When gradients are wrong, the usual mistakes are tried, and the one that turns the recorded into the
///   numeric gradient is named: see core/gradcheck/diagnosis.hpp.
///
/// Use double. In float, `step`, `relative` and `absolute` are raised to what float can tell (3e-2, 1e-2,
/// 1e-3), and the report calls itself imprecise: it finds a wrong formula, not a wrong eps.
/// @throws ValueError when `constant` or `constant_parameters` name no argument; StaleVariableError when the
/// result is on another tape; and whatever the function throws.
template <class T = double>
GradcheckReport gradcheck(const GradcheckFunction<T>& function, const std::vector<Tensor<T>>& inputs,
                          GradcheckOptions options = {}) {
    return numeric::gradcheck<T>(function, inputs, {}, std::move(options));
}

/// The same for a model: every element of these parameters' gradients as well. Values and gradients of all
/// parameters are as before afterwards, also when the function throws.
///
///     gradcheck([&](auto&, auto x) { return net(x[0]); }, {x}, net.named_parameters())
template <class T = double, std::same_as<NamedParameters<T>> P>
GradcheckReport gradcheck(const GradcheckFunction<T>& function, const std::vector<Tensor<T>>& inputs,
                          const P& parameters, GradcheckOptions options = {}) {
    return numeric::gradcheck<T>(function, inputs, parameters, std::move(options));
}

/// The same; the parameters are called by the names that they have.
template <class T = double, std::same_as<std::vector<Parameter<T>*>> P>
GradcheckReport gradcheck(const GradcheckFunction<T>& function, const std::vector<Tensor<T>>& inputs,
                          const P& parameters, GradcheckOptions options = {}) {
    NamedParameters<T> named;
    for (Parameter<T>* p : parameters) named.emplace_back(p->name, p);
    return numeric::gradcheck<T>(function, inputs, named, std::move(options));
}

}  // namespace tapedeck
