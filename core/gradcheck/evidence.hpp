// What the tape knows of an argument whose gradient is wrong.
#pragma once

#include <vector>

#include <tapedeck/core/gradcheck/diagnosis.hpp>
#include <tapedeck/core/gradcheck/program.hpp>
#include <tapedeck/core/gradcheck/slope.hpp>

namespace tapedeck::diagnosis {

/// Runs the reverse pass once more, step by step, and watches argument a.
template <class T>
Evidence evidence(numeric::Program<T>& program, std::size_t a, const std::vector<numeric::Slope>& numeric);

extern template Evidence evidence(numeric::Program<float>&, std::size_t, const std::vector<numeric::Slope>&);
extern template Evidence evidence(numeric::Program<double>&, std::size_t, const std::vector<numeric::Slope>&);

}  // namespace tapedeck::diagnosis
