// to_json: a tape as a JSON document, for programs to read.
#pragma once

#include <string>

#include <tapedeck/core/tape.hpp>

namespace tapedeck {

/// What of a tape's numbers goes into its JSON. They are the larger part by far.
struct JsonOptions {
    bool values = false;     ///< each entry's value
    bool gradients = false;  ///< each entry's gradient
};

/// The tape as JSON, one line without line breaks:
///
///     {"format": "tapedeck tape", "version": 1, "type": "float32" or "float64", "entries": [entry, ...]}
///
/// An entry, in the order of recording, has `index`, `op`, `name`, `scope`, `rule`, `file` and `line` (the
/// user's; null and 0 where unknown), `shape`, `inputs` (indices), `needs_gradient`, `contributions` (how
/// many gradients were added up in the last reverse pass) and, when asked for, `value` and `gradient`: the
/// elements in row-major order, as the shortest decimal that reads back as the same number, or one of the
/// strings "nan", "inf" and "-inf", for which JSON has no number. `gradient` is null where no reverse pass
/// came by. Text that is no UTF-8 has its bad bytes replaced by U+FFFD. `version` counts changes that would
/// break a reader; new fields don't.
template <class T>
std::string to_json(const Tape<T>& tape, JsonOptions options = {});

extern template std::string to_json(const Tape<float>& tape, JsonOptions options);
extern template std::string to_json(const Tape<double>& tape, JsonOptions options);

}  // namespace tapedeck
