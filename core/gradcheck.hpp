// gradcheck: numeric against recorded gradients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include <tapedeck/core/tape.hpp>

namespace tapedeck {

struct GradcheckOptions {
    /// The half-width of the central difference, as a share of max(1, |x|).
    double step = 1e-6;
    /// Passes when |recorded - numeric| <= absolute + relative * |numeric| for every element.
    double relative = 1e-5;
    double absolute = 1e-7;
    /// Of the random cotangent.
    std::uint64_t seed = 1;
};

/// What gradcheck found.
struct GradcheckReport {
    struct Element {
        std::size_t argument;
        std::size_t index;  ///< of the element, row-major
        double recorded;
        double numeric;
        double error() const;
    };
    std::string problem;         ///< why the check could not be made; "" when it was
    std::size_t checked = 0;     ///< elements compared
    std::vector<Element> worst;  ///< the ten with the largest error, worst first
    std::vector<Element> wrong;  ///< all that are out of tolerance

    bool ok() const { return problem.empty() && wrong.empty(); }
    /// A few lines: passed or not, and the worst elements with argument, index, recorded and numeric
    /// gradient.
    std::string text() const;
};

/// A program: records itself on the tape from these variables, and returns its result.
template <class T>
using GradcheckFunction =
    std::type_identity_t<std::function<Variable<T>(Tape<T>&, std::vector<Variable<T>>)>>;

/// Checks every element of every input's gradient by central differences. The function records a program on
/// the tape it is given, from variables with these values, and returns its result; a random cotangent turns
/// that into one number, since a seed of ones can't see a wrong normalization (its outputs sum to zero). The
/// program is played again for each difference, frozen: masks stay, running statistics are left alone. Use
/// double.
///
///     gradcheck([](auto&, auto x) { return tanh(x[0]) * x[1]; }, {Tensor<double>{0.3, -1.2},
///     Tensor<double>{2, 0.5}})
///
/// A check whose numeric gradients are all near zero proves nothing, and says so: not ok().
template <class T = double>
GradcheckReport gradcheck(const GradcheckFunction<T>& function, const std::vector<Tensor<T>>& inputs,
                          GradcheckOptions options = {});

extern template GradcheckReport gradcheck(
    const std::function<Variable<float>(Tape<float>&, std::vector<Variable<float>>)>&,
    const std::vector<Tensor<float>>&, GradcheckOptions);
extern template GradcheckReport gradcheck(
    const std::function<Variable<double>(Tape<double>&, std::vector<Variable<double>>)>&,
    const std::vector<Tensor<double>>&, GradcheckOptions);

}  // namespace tapedeck
