// Shot: a tape as it stood at one moment, apart from the tape.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tapedeck/core/inspect/non_finite.hpp>
#include <tapedeck/core/tape.hpp>

namespace tapedeck::deck {

/// One contribution to an entry's gradient.
struct Arrival {
    std::size_t from;      ///< the entry whose adjoint made it
    std::size_t position;  ///< which of that entry's inputs this is
    bool first;            ///< assigned; the others were added
    double norm;
};

/// A gradient by differences, for the elements that were asked for.
struct Numeric {
    bool all = false;             ///< of the tensor's elements
    std::vector<std::size_t> at;  ///< positions in storage
    std::vector<double> value, uncertainty;
};

/// What a check of a gradient said.
struct Verdict {
    bool ok;
    std::string text;
};

/// What a normalization does, for its input's elements: group[i] = i / run % groups, and the same for
/// parameters, where it is that simple; otherwise the list.
struct Pattern {
    std::size_t run = 0, count = 0;  ///< 0, 0: see the list
    std::vector<std::uint32_t> list;
};

template <class T>
struct NormShot {
    Pattern group, parameter;
    std::vector<T> mean, rstd;  ///< by group
    bool has_mean = true, through_statistics = true;
    bool has_paths = false;
    Tensor<T> direct, mean_path, variance_path;  ///< of dx; they add up to it
};

template <class T>
struct EntryShot {
    std::string op, rule, name, scope, at;
    std::string file;  ///< with its folders, "" where unknown
    int line = 0;
    Shape shape;
    std::vector<std::uint32_t> inputs;
    bool wants_gradient = false;
    std::size_t contributions = 0;
    Tensor<T> value;
    std::optional<Tensor<T>> gradient;
    bool comparable = true;  ///< the gradient is the whole of dloss / d this, and nothing else

    std::vector<Arrival> arrivals;
    std::optional<Numeric> numeric;
    std::optional<Verdict> gradient_check, adjoint_check;
    std::optional<NormShot<T>> normalization;
};

template <class T>
struct Shot {
    std::string label;
    std::size_t loss = 0;
    std::optional<NonFinite> story;  ///< of the first non-finite value
    std::vector<EntryShot<T>> entries;
};

/// Values and gradients. Where no reverse pass has come to `loss`, one is run, even if the loss is not
/// finite: that is when one wants to look. The parameters' gradients are put back. `effort` is
/// add_evidence's.
/// @throws what backward does
template <class T>
Shot<T> take_shot(Variable<T> loss, double effort, Where where);

/// Adds what has to be computed: contributions, numeric gradients, checks, the parts of a normalization.
/// `effort` is about how many seconds that may take.
template <class T>
void add_evidence(Shot<T>& shot, Variable<T> loss, double effort, Where where);

}  // namespace tapedeck::deck
