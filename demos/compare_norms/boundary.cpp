// The decision boundary of a network, point by point.
#include "demos/compare_norms/boundary.hpp"

#include <algorithm>
#include <cmath>

#include <tapedeck/core/tape.hpp>

#include "demos/common/evaluation.hpp"

namespace tapedeck::demos::compare_norms {
namespace {

Numbers evenly(double low, double high, std::size_t count) {
    Numbers numbers(count);
    for (std::size_t i = 0; i < count; ++i) {
        numbers[i] = low + (high - low) * static_cast<double>(i) / static_cast<double>(count - 1);
    }
    return numbers;
}

}  // namespace

Boundary boundary_of(Module<float>& network, const Dataset& data) {
    constexpr std::size_t kGrid = 48, kPoints = 300;
    constexpr double kReach = 1.2;
    Boundary boundary;
    boundary.x = boundary.y = evenly(-kReach, kReach, kGrid);
    const KeepState keep(network);
    network.eval();
    Tape<float> tape;
    Tensor<float> x = Tensor<float>::from_shape({kGrid, 2});
    const auto values_only = tape.pause();
    for (const double y : boundary.y) {
        for (std::size_t i = 0; i < kGrid; ++i) {
            x(i, 0) = static_cast<float>(boundary.x[i]);
            x(i, 1) = static_cast<float>(y);
        }
        tape.rewind();
        const auto logits = network(tape.input(x, "grid")).value();
        Numbers row(kGrid);
        for (std::size_t i = 0; i < kGrid; ++i) {
            row[i] =
                std::round(1000 / (1 + std::exp(static_cast<double>(logits(i, 0) - logits(i, 1))))) / 1000;
        }
        boundary.p.push_back(row);
    }
    for (std::size_t i = 0; i < std::min(kPoints, data.train.count); ++i) {
        boundary.points.push_back({data.train.x[2 * i], data.train.x[2 * i + 1], data.train.labels[i]});
    }
    return boundary;
}

}  // namespace tapedeck::demos::compare_norms
