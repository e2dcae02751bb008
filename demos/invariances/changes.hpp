// The changes of weights and data, and which norms are said not to notice them.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <tapedeck/core/random.hpp>
#include <tapedeck/core/tensor.hpp>

#include "demos/common/samples.hpp"

namespace tapedeck::demos {

/// What goes into y = norm(x W^T + b), x of (samples, in), W of (out, in). In double precision, so that
/// rounding stays far below any change.
struct Setting {
    Tensor<double> x, weight, bias;
};

/// A row of the table of invariances (Ba, Kiros, Hinton 2016, table 1, with RMSNorm added): a change, and
/// which norms' output, in the order of kNorms, stays as it was.
struct Change {
    const char* name;
    std::array<bool, 4> stays;
    void (*apply)(Setting&);
};

/// Adds the same vector to every row: to the weights of each unit, or to each sample.
inline void recentre(Tensor<double>& rows) {
    Random rng(1);
    rows += normal<double>({rows.shape()[1]}, rng);
}
inline void rescale_first(Tensor<double>& rows) {
    for (std::size_t k = 0; k < rows.shape()[1]; ++k) rows(0, k) *= 3;
}

inline const std::vector<std::string> kNorms{"batch", "weight", "layer", "rms"};
inline const std::vector<std::string> kLabels{"BatchNorm", "WeightNorm", "LayerNorm", "RMSNorm"};
inline const std::array kChanges{
    Change{"weights rescaled", {true, true, true, true}, [](Setting& s) { s.weight *= 3.0; }},
    Change{"weights recentred", {false, false, true, false}, [](Setting& s) { recentre(s.weight); }},
    Change{"one unit rescaled", {true, true, false, false}, [](Setting& s) { rescale_first(s.weight); }},
    Change{"data rescaled", {true, false, true, true}, [](Setting& s) { s.x *= 3.0; }},
    Change{"data recentred", {true, false, false, false}, [](Setting& s) { recentre(s.x); }},
    Change{"one sample rescaled", {false, false, true, true}, [](Setting& s) { rescale_first(s.x); }}};

}  // namespace tapedeck::demos
