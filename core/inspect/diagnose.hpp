// diagnose: what is wrong with a model after a backward, in a few lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tapedeck/core/tape.hpp>

namespace tapedeck {

/// What diagnose is told of the updates, and from where on it speaks up.
template <class T = float>
struct DiagnoseOptions {
    /// The learning rate: the update of a step is then taken to be lr * gradient, as plain SGD's is.
    std::optional<double> lr = std::nullopt;
    /// values_of(parameters) from before optimizer.step(): the updates are then those that were really made,
    /// whatever the optimizer, and lr has no say.
    std::vector<Tensor<T>> before = {};
    /// An update's size against its parameter's, as log10 of the ratio of their standard deviations: well is
    /// what lies within this of -3.
    double update_tolerance = 1;
    /// The share of a tanh's or sigmoid's outputs that may be saturated.
    double saturated = 0.3;
};

/// What one part of a model was found to suffer from.
struct Finding {
    /// What it suffers from.
    enum class Kind {
        non_finite,         ///< a value or a gradient is nan or infinite; `number` is how many
        no_gradient,        ///< a parameter that no gradient came to
        zero_gradient,      ///< a parameter whose gradient is exactly zero
        dead_units,         ///< ReLUs that are 0 over the whole batch; `number` is how many
        saturated_units,    ///< tanh beyond ±0.97, sigmoid beyond 0.03 … 0.97; `number` is the share
        update_ratio,       ///< an update far from a thousandth of its parameter; `number` is the log10
        unused_statistics,  ///< a BatchNorm evaluated with running statistics that were never updated
    };
    Kind kind;                         ///< what it suffers from
    std::optional<std::size_t> entry;  ///< its index, where the finding has one
    std::string parameter;             ///< its name, where the finding is about one
    double number = 0;                 ///< what `kind` says
    std::string text;                  ///< one or two sentences, with scope and line
};

/// All that was looked at, and what was found.
struct Diagnosis {
    std::vector<Finding> findings;  ///< in the order in which it was looked for them
    std::string measured;           ///< one line: the numbers of what is well

    /// Whether nothing was found.
    bool ok() const { return findings.empty(); }
    /// Whether there is a finding of this kind.
    bool found(Finding::Kind kind) const;
    /// The findings, a line each, then what was measured; that alone when all is well.
    std::string text() const;
};

/// A model's parameters and their names, as net.named_parameters() gives them.
template <class T>
using ParameterNames = std::vector<std::pair<std::string, Parameter<T>*>>;

/// Looks at the values on the tape, the gradients of its last reverse pass, and, with .lr or .before, at the
/// size of the updates.
/// @throws ValueError when .before holds not as many tensors as there are parameters, or of other shapes.
template <class T>
Diagnosis diagnose(const Tape<T>& tape, const ParameterNames<T>& parameters,
                   const std::type_identity_t<DiagnoseOptions<T>>& options = {}, Where where = Where::here());
/// The same by net.parameters(): they are named as they name themselves, and by their place in the list.
template <class T>
Diagnosis diagnose(const Tape<T>& tape, const std::vector<Parameter<T>*>& parameters,
                   const std::type_identity_t<DiagnoseOptions<T>>& options = {}, Where where = Where::here());

/// A copy of each parameter's value.
template <class T>
std::vector<Tensor<T>> values_of(const std::vector<Parameter<T>*>& parameters);

}  // namespace tapedeck
