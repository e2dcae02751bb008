// Proposals of normalizations.
#include <algorithm>

#include "generator.hpp"
#include "margins.hpp"

namespace tapedeck::test {
namespace {

constexpr double kVariance = 0.05;  // of what is normalized, at least
constexpr std::array kEps{1e-5, 1e-3, 0.1};

}  // namespace

/// A weight and a bias, either, or none.
void Generator::affine(Instruction& instruction, const Shape& shape, bool may_have_bias) {
    instruction.has_weight = chance(0.6);
    instruction.has_bias = may_have_bias && chance(0.6);
    if (instruction.has_weight) instruction.inputs.push_back(existing_or_leaf(shape));
    if (instruction.has_bias) instruction.inputs.push_back(existing_or_leaf(shape));
}

bool Generator::propose_by_row(Kind kind) {
    Instruction i{.kind = kind, .eps = kEps[rng_.below(3)]};
    const bool centered = kind == Kind::layer_norm || kind == Kind::spelled_out_layer_norm;
    const auto x = pick([&](Index k) { return rank(k) > 0; });
    if (!x) return false;
    const std::size_t dimensions = 1 + rng_.below(chance(0.7) ? 1 : rank(*x));
    Axes trailing;
    for (std::size_t d = rank(*x) - dimensions; d < rank(*x); ++d) {
        i.shape.push_back(shape(*x)[d]);
        trailing.axis[trailing.count++] = static_cast<int>(d);
    }
    if (smallest_variance(value(*x), trailing, centered) < kVariance) return false;
    i.inputs = {*x};
    if (!centered && chance(0.3)) i.eps = -1;
    affine(i, i.shape, centered);
    return attempt(std::move(i));
}

bool Generator::propose_weight_norm(Kind kind) {
    const bool spelled_out = kind == Kind::spelled_out_weight_norm;
    const auto v = pick([&](Index k) { return spelled_out ? rank(k) == 2 : rank(k) > 0; });
    if (!v) return false;
    Tensor<double> rows = value(*v);
    const std::size_t n = shape(*v)[0];
    rows.reshape(Shape{n, rows.size() / n});
    if (smallest_variance(rows, {1}, false) < kVariance) return false;
    Shape column{n};
    while (column.size() < rank(*v) && (spelled_out || chance(0.5) || column.size() > 1)) column.push_back(1);
    return attempt(kind, {*v, existing_or_leaf(column)});
}

bool Generator::propose_by_channel(Kind kind) {
    Instruction i{.kind = kind, .eps = kEps[rng_.below(3)]};
    const bool group = kind == Kind::group_norm || kind == Kind::spelled_out_group_norm;
    const bool instance = kind == Kind::instance_norm || kind == Kind::spelled_out_instance_norm;
    const bool any_rank = kind == Kind::group_norm || kind == Kind::instance_norm;
    const std::size_t lowest = kind == Kind::spelled_out_instance_norm ? 3 : 2;
    const auto x = pick([&](Index k) { return rank(k) >= lowest && rank(k) <= (any_rank ? 4 : 3); });
    if (!x) return false;
    i.inputs = {*x};
    const Shape shape = this->shape(*x);
    const std::size_t channel_axis = instance && shape.size() == 2 ? 0 : 1;
    const std::size_t channels = shape[channel_axis];
    if (kind == Kind::batch_norm || kind == Kind::instance_norm) statistics(i, channels);

    // How many values one mean is taken over, and how much they vary at least.
    Tensor<double> values = value(*x);
    Axes axes;
    if (group) {
        i.start = 1 + rng_.below(channels);
        while (channels % i.start != 0) --i.start;
        values.reshape(Shape{shape[0] * i.start, values.size() / shape[0] / i.start});
        axes = 1;
    } else {
        if (!instance) axes.axis[axes.count++] = 0;
        for (std::size_t d = channel_axis + 1; d < shape.size(); ++d)
            axes.axis[axes.count++] = static_cast<int>(d);
    }
    std::size_t count = 1;
    for (std::size_t d = 0; d < axes.count; ++d)
        count *= values.shape()[static_cast<std::size_t>(axes.axis[d])];
    if (i.training && (count < 2 || smallest_variance(values, axes) < kVariance)) return false;
    affine(i, {channels});
    return attempt(std::move(i));
}

/// Training or not; running statistics of its own, none, or those that a training one keeps.
void Generator::statistics(Instruction& i, std::size_t channels) {
    i.training = chance(0.6);
    i.number = chance(0.2) ? -1 : draw_number(0, 1);
    i.state = next_state_++;
    if (!i.training || chance(0.8)) {
        i.data = draw_numbers({channels}, -1, 1);
        const std::vector<double> variances = draw_numbers({channels}, 0.2, 2);
        i.data.insert(i.data.end(), variances.begin(), variances.end());
    }
    if (i.training) return;
    const auto other = pick([&](Index k) {
        const Instruction& o = program_.instructions[k];
        return o.kind == i.kind && o.data.size() == 2 * channels;
    });
    if (!other || chance(0.5)) return;
    i.state = program_.instructions[*other].state;
    i.data = program_.instructions[*other].data;
}

}  // namespace tapedeck::test
