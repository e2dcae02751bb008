// What the micro-benchmarks measure: every operation, and beside it the plain loop that does the same.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <tapedeck/tapedeck.hpp>

namespace micro {

namespace td = tapedeck;
using F = td::Variable<float>;

struct Size {
    std::size_t rows, columns;
    std::size_t all() const { return rows * columns; }
};

/// The operands of a plain loop.
struct Plain {
    std::vector<const float*> x;
    std::vector<float*> dx;  ///< of each input
    float* y = nullptr;
    const float* dy = nullptr;
    std::vector<float> saved = {};  ///< what forward keeps for the adjoint
};

/// An operation at one size.
struct Case {
    std::vector<td::Tensor<float>> inputs;
    std::function<F(const std::vector<F>&)> record;
    /// Empty where there is none: dropout draws, detach hands no gradient on.
    std::function<void(Plain&)> forward = {}, adjoint = {};
    bool differentiable = true;
};

struct Subject {
    std::string name;
    std::vector<Size> sizes;
    std::function<Case(Size)> make;
};

/// In the first-level cache, in the second-level one, and beyond.
inline const std::vector<Size> kSizes{{32, 64}, {128, 1000}, {2000, 1000}};
/// For products, whose plain loop takes its time.
inline const std::vector<Size> kProductSizes{{32, 64}, {128, 1000}};

/// Standard normal numbers; or of 0.5 … 1.5.
td::Tensor<float> draw(const td::Shape& shape, bool positive = false);

std::vector<Subject> elementwise();
std::vector<Subject> binary();
std::vector<Subject> reductions();
std::vector<Subject> softmaxes();
std::vector<Subject> norms();
std::vector<Subject> spelled_out();
std::vector<Subject> products();
std::vector<Subject> losses();
std::vector<Subject> parts();
/// All of these.
std::vector<Subject> subjects();

}  // namespace micro
