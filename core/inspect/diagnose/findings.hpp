// The parts of a diagnosis, one for each thing that is looked at. Each adds what it finds, and says in a few
// words what it measured; "" when there was nothing of the kind.
#pragma once

#include <string>
#include <vector>

#include <tapedeck/core/inspect/diagnose.hpp>

namespace tapedeck::inspect {

/// Values on the tape, and parameters' gradients, that are nan or infinite.
template <class T>
std::string find_non_finite(const Tape<T>& tape, const ParameterNames<T>& parameters,
                            std::vector<Finding>& found);
/// Parameters to which no gradient came, and those whose gradient is exactly zero.
template <class T>
std::string find_gradients(const Tape<T>& tape, const ParameterNames<T>& parameters,
                           std::vector<Finding>& found);
/// ReLUs that are dead; tanh and sigmoid that are saturated.
template <class T>
std::string find_units(const Tape<T>& tape, const DiagnoseOptions<T>& options, std::vector<Finding>& found);
/// Updates that are too large or too small for their parameter.
template <class T>
std::string find_updates(const ParameterNames<T>& parameters, const DiagnoseOptions<T>& options,
                         std::vector<Finding>& found);
/// A BatchNorm that normalizes with what it never learned.
template <class T>
std::string find_statistics(const Tape<T>& tape, std::vector<Finding>& found);

}  // namespace tapedeck::inspect
