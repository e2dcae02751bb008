// What probably made a number infinite or nan: one sentence, with the numbers that met.
#pragma once

#include <cstddef>
#include <string>

#include <tapedeck/core/tape.hpp>

namespace tapedeck::inspect {

/// Of an entry whose value is not finite.
template <class T>
std::string cause_of_value(const Tape<T>& tape, const Entry<T>& entry);

/// Of an entry whose adjoint made its input number i's gradient non-finite.
template <class T>
std::string cause_of_gradient(const Tape<T>& tape, const Entry<T>& entry, std::size_t i);

/// What a divisor of 0 is when it is the root of a variance, or a length: "; the divisor is the root of
/// entry #4, Mean (…), a variance of 0 over 1 value (a batch of one?): …". "" otherwise.
template <class T>
std::string divisor_of_zero(const Tape<T>& tape, const Entry<T>& divisor);

}  // namespace tapedeck::inspect
