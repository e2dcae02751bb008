// Broadcasting: how operands of different shapes walk over one common shape.
#pragma once

#include <array>
#include <cstddef>

#include <tapedeck/core/tensor.hpp>

namespace tapedeck::kernels {

/// A walk over `shape` by N row-major operands that broadcast to it. Neighbouring dimensions that all
/// operands pass in one stride are merged, and what is left is an innermost run, in which each operand either
/// moves along (1) or stands still (0), and the outer dimensions.
template <std::size_t N>
class Walk {
  public:
    Walk(const Shape& shape, const std::array<const Shape*, N>& operands);

    std::size_t run() const { return run_; }
    bool still(std::size_t operand) const { return run_step_[operand] == 0; }

    /// Calls f(offsets) for each innermost run, in row-major order.
    template <class F>
    void each_run(F f) const {
        std::array<std::size_t, N> offset{};
        SmallVector<std::size_t, 4> at(outer_.size(), 0);
        for (;;) {
            f(offset);
            std::size_t d = outer_.size();
            for (;; --d) {
                if (d == 0) return;
                const Dimension& dimension = outer_[d - 1];
                for (std::size_t k = 0; k < N; ++k) offset[k] += dimension.step[k];
                if (++at[d - 1] < dimension.size) break;
                at[d - 1] = 0;
                for (std::size_t k = 0; k < N; ++k) offset[k] -= dimension.step[k] * dimension.size;
            }
        }
    }

  private:
    struct Dimension {
        std::size_t size;
        std::array<std::size_t, N> step;
    };
    SmallVector<Dimension, 4> outer_;
    std::size_t run_ = 1;
    std::array<std::size_t, N> run_step_{};
};

template <std::size_t N>
Walk<N>::Walk(const Shape& shape, const std::array<const Shape*, N>& operands) {
    std::array<std::size_t, N> stride;
    stride.fill(1);
    SmallVector<Dimension, 4> inner_first;
    for (std::size_t d = shape.size(); d-- > 0;) {
        if (shape[d] == 1) continue;
        Dimension dimension{shape[d], {}};
        bool merges = !inner_first.empty();
        for (std::size_t k = 0; k < N; ++k) {
            const Shape& own = *operands[k];
            const std::size_t missing = shape.size() - own.size();
            const bool moves = d >= missing && own[d - missing] != 1;
            dimension.step[k] = moves ? stride[k] : 0;
            if (moves) stride[k] *= shape[d];
            if (merges) merges = dimension.step[k] == inner_first.back().step[k] * inner_first.back().size;
        }
        if (merges)
            inner_first.back().size *= dimension.size;
        else
            inner_first.push_back(dimension);
    }
    if (inner_first.empty()) {
        run_step_.fill(1);
        return;
    }
    run_ = inner_first.front().size;
    run_step_ = inner_first.front().step;
    for (std::size_t i = inner_first.size(); i-- > 1;) outer_.push_back(inner_first[i]);
}

}  // namespace tapedeck::kernels
