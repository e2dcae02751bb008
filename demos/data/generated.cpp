// Drawing the samples of the generated tasks.
#include "demos/data/generated.hpp"

#include <tapedeck/core/random.hpp>

#include <cmath>
#include <numbers>

namespace tapedeck::demos {
namespace {

Split draw_spirals(Random& rng, std::size_t count) {
    constexpr double kTurns = 1.75, kNoise = 0.03;
    Split split;
    split.count = count;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t label = i % 2;
        // The root spreads the points evenly along the arm instead of crowding them in the middle.
        const double radius = std::sqrt(rng.uniform());
        const double angle =
            2 * std::numbers::pi * kTurns * radius + std::numbers::pi * static_cast<double>(label);
        const double dx = kNoise * rng.normal(), dy = kNoise * rng.normal();
        split.x.push_back(static_cast<float>(radius * std::cos(angle) + dx));
        split.x.push_back(static_cast<float>(radius * std::sin(angle) + dy));
        split.labels.push_back(label);
    }
    return split;
}

Split draw_adding(Random& rng, std::size_t count, std::size_t steps) {
    Split split;
    split.count = count;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t start = split.x.size(), half = steps / 2;
        for (std::size_t t = 0; t < steps; ++t) {
            split.x.push_back(static_cast<float>(rng.uniform()));
            split.x.push_back(0);
        }
        const std::size_t first = rng.below(half), second = half + rng.below(steps - half);
        float sum = 0;
        for (const std::size_t t : {first, second}) {
            split.x[start + 2 * t + 1] = 1;
            sum += split.x[start + 2 * t];
        }
        split.targets.push_back(sum);
    }
    return split;
}

}  // namespace

Dataset make_spirals(std::uint64_t seed, const Counts& counts) {
    Random rng(seed);
    Dataset data;
    data.features = 2;
    data.classes = 2;
    data.train = draw_spirals(rng, counts.train);
    data.validation = draw_spirals(rng, counts.validation);
    data.test = draw_spirals(rng, counts.test);
    return data;
}

Dataset make_adding(std::uint64_t seed, const Counts& counts, std::size_t steps) {
    Random rng(seed);
    Dataset data;
    data.steps = steps;
    data.features = 2;
    data.train = draw_adding(rng, counts.train, steps);
    data.validation = draw_adding(rng, counts.validation, steps);
    data.test = draw_adding(rng, counts.test, steps);
    return data;
}

}  // namespace tapedeck::demos
