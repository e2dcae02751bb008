// What a generator's proposals are made of: shapes, numbers, leaves, operands.
#include <cmath>

#include "generator.hpp"
#include "margins.hpp"

namespace tapedeck::test {

std::size_t Generator::draw_size() {
    static constexpr std::array<std::size_t, 4> kOdd{1, 16, 17, 33};  // SIMD's edges
    const double u = rng_.uniform();
    if (u < 0.6) return 2 + rng_.below(4);
    if (u < 0.85) return 6 + rng_.below(5);
    return kOdd[rng_.below(kOdd.size())];
}

/// Of few sizes, so that operands meet.
Shape Generator::draw_shape() {
    static constexpr std::array<std::size_t, 12> kRanks{0, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 4};
    const std::size_t rank = kRanks[rng_.below(kRanks.size())];
    Shape shape;
    for (std::size_t d = 0; d < rank; ++d) shape.push_back(chance(0.08) ? 1 : sizes_[rng_.below(3)]);
    for (std::size_t d = 0; elements(shape) > 200; ++d)
        shape[d % rank] = std::min<std::size_t>(shape[d % rank], 3);
    return shape;
}

/// Three decimals, so that a printed program stays readable.
double Generator::draw_number(double low, double high) {
    return std::round(rng_.uniform(low, high) * 1000) / 1000;
}

std::vector<double> Generator::draw_numbers(const Shape& shape, double low, double high) {
    std::vector<double> numbers(elements(shape));
    for (double& v : numbers) v = draw_number(low, high);
    return numbers;
}

Generator::Index Generator::leaf(const Shape& shape, std::optional<Kind> kind) {
    Instruction leaf;
    const double u = rng_.uniform();
    leaf.kind = kind ? *kind : u < 0.45 ? Kind::variable : u < 0.85 ? Kind::parameter : Kind::input;
    leaf.shape = shape;
    leaf.data = draw_numbers(shape, -2, 2);
    if (leaf.kind == Kind::parameter) leaf.state = next_state_++;
    attempt(std::move(leaf), true);
    return program_.size() - 1;
}

/// A parameter that was read before: the tape must give the same entry.
bool Generator::read_again() {
    const auto again = pick([&](Index i) { return program_.instructions[i].kind == Kind::parameter; });
    return again && attempt(Instruction(program_.instructions[*again]), true);
}

/// Recent results, and such that nothing has used yet, are drawn more often.
std::optional<Generator::Index> Generator::pick(const Test& test) {
    const Index n = program_.size();
    if (n == 0) return std::nullopt;
    for (int tries = 0; tries < 12; ++tries) {
        const double u = rng_.uniform();
        Index i = u < 0.4 ? n - 1 - rng_.below(std::min<Index>(n, 6)) : rng_.below(n);
        if (u > 0.6 && uses_[i] > 0) continue;
        if (test(i)) return i;
    }
    const Index from = rng_.below(n);
    for (Index k = 0; k < n; ++k) {
        if (test((from + k) % n)) return (from + k) % n;
    }
    return std::nullopt;
}

std::optional<Generator::Index> Generator::pick_positive(const Test& test) {
    const auto positive = pick([&](Index i) { return test(i) && smallest(value(i)) >= 0.3; });
    if (positive && chance(0.7)) return positive;
    const auto any = pick(test);
    if (!any || !attempt(chance(0.5) ? Kind::sigmoid : Kind::square, {*any})) return positive;
    const Index made = program_.size() - 1;
    if (!attempt(Kind::add_number, {made}, [&](Instruction& i) { i.number = draw_number(0.3, 1); }))
        return positive;
    return program_.size() - 1;
}

/// A weight or a bias: a leaf, a result of that shape, or the same leaf as before.
Generator::Index Generator::existing_or_leaf(const Shape& shape) {
    if (chance(0.4)) {
        if (const auto found = pick([&](Index i) { return this->shape(i) == shape; })) return *found;
    }
    return leaf(shape, chance(0.7) ? Kind::parameter : Kind::variable);
}

int Generator::draw_axis(std::size_t rank) {
    const int axis = static_cast<int>(rng_.below(rank));
    return chance(0.3) ? axis - static_cast<int>(rank) : axis;
}

/// None, which means all, or some of them.
std::vector<int> Generator::draw_axes(std::size_t rank) {
    std::vector<int> axes;
    if (chance(0.2)) return axes;
    for (const std::size_t axis : rng_.permutation(rank)) {
        if (axes.empty() || chance(0.3))
            axes.push_back(static_cast<int>(axis) - (chance(0.3) ? static_cast<int>(rank) : 0));
    }
    return axes;
}

bool Generator::broadcasts(Index a, Index b) const {
    Shape result;
    return broadcast(shape(a), shape(b), result) && elements(result) <= 300;
}

}  // namespace tapedeck::test
